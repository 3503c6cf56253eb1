import { benchAppend } from './append.js';
import type { Bench } from './bench.js';
import { benchClocks } from './clocks.js';
import { benchGrowth } from './growth.js';
import { benchHttp } from './http.js';
import { benchImport } from './import.js';
import { benchPage } from './page.js';
import { benchProjection } from './projection.js';
import { benchRebuild } from './rebuild.js';
import { benchReplay } from './replay.js';
import { benchTiers } from './tiers.js';
import { benchTimekeeper } from './timekeeper.js';
import { benchVisible } from './visible.js';

/** Every benchmark by its name, in the order they run: a further one is a line here. */
export const benches: Readonly<Record<string, Bench>> = {
  append: benchAppend,
  import: benchImport,
  projection: benchProjection,
  replay: benchReplay,
  http: benchHttp,
  visible: benchVisible,
  page: benchPage,
  growth: benchGrowth,
  rebuild: benchRebuild,
  clocks: benchClocks,
  timekeeper: benchTimekeeper,
  tiers: benchTiers,
};
