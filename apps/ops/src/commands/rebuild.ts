import { hostname, userInfo } from 'node:os';
import { eventRegistry } from '#application';
import { createPool, type Database } from '#database';
import { ClientKeys } from '#privacy';
import { allProjections } from '#read-models';
import {
  cancelRebuild,
  listGenerations,
  planRebuild,
  type Projection,
  rebuild,
  RebuildRefused,
  type RebuildResult,
  releaseKept,
  UnknownModel,
} from '#projections';
import { type Installation, UsageError } from '../installation.js';
import { progressBar } from '../progress-bar.js';
import type { CommandTools } from './command-tools.js';
import { generationLines, planLines, resultLines } from './rebuild-lines.js';

export interface RebuildCommandOptions {
  dryRun?: boolean;
  workers?: string;
  acceptDifferences?: string;
  back?: boolean;
  cancel?: boolean;
  release?: boolean;
  list?: boolean;
  by?: string;
  json?: boolean;
}

/** Stands for every read model. */
export const ALL_MODELS = 'all';
const WORKERS_MAX = 24;

/** As it was asked for. Throws UsageError where that is not possible. */
export async function runRebuild(
  { url, master }: Installation,
  model: string | undefined,
  options: RebuildCommandOptions,
  tools: Pick<CommandTools, 'print' | 'firmZone' | 'found'>,
): Promise<void> {
  const actions = [options.dryRun, options.back, options.cancel, options.release, options.list].filter(Boolean);
  if (actions.length > 1) throw new UsageError('--dry-run, --back, --cancel, --release and --list exclude each other');
  if (model === undefined && !options.list) throw new UsageError(`which read model? One of them, or ${ALL_MODELS}; --list names them`);
  const workers = Number(options.workers ?? 2);
  if (!Number.isInteger(workers) || workers < 1 || workers > WORKERS_MAX)
    throw new UsageError(`--workers is a number from 1 to ${WORKERS_MAX}`);
  const owner = createPool({ url, max: 3, applicationName: 'rapport ops' });
  const reader = createPool({ url, role: 'rapport_projector', max: 2, applicationName: 'rapport ops' });
  const projections = allProjections({ registry: eventRegistry, keys: new ClientKeys(reader, master), master, firmZone: tools.firmZone() });
  try {
    const chosen = model === undefined || model === ALL_MODELS ? projections : [projectionNamed(projections, model)];
    const { results, lines } = await carryOut({ owner, url, workers }, chosen, options, tools);
    tools.print(options.json ? JSON.stringify(results) : lines.join('\n'));
  } catch (error) {
    throw error instanceof UnknownModel || error instanceof RebuildRefused ? new UsageError(error.message) : error;
  } finally {
    await Promise.all([owner.end(), reader.end()]);
  }
}

function projectionNamed(projections: readonly Projection[], model: string): Projection {
  const found = projections.find(({ name }) => name === model);
  if (found) return found;
  throw new UnknownModel(
    model,
    projections.map(({ name }) => name),
  );
}

interface Place {
  owner: Database;
  url: string;
  workers: number;
}

async function carryOut(
  place: Place,
  chosen: readonly Projection[],
  options: RebuildCommandOptions,
  tools: Pick<CommandTools, 'found'>,
): Promise<{ results: unknown[]; lines: string[] }> {
  const results: unknown[] = [];
  const lines: string[] = [];
  for (const projection of chosen) {
    const { name } = projection;
    if (options.list) {
      const generations = await listGenerations(place.owner, name);
      results.push(...generations);
      lines.push(...generationLines(generations));
    } else if (options.dryRun) {
      const plan = await planRebuild(place.owner, projection);
      results.push(plan);
      lines.push(...planLines(plan));
    } else if (options.cancel) {
      const cancelled = await cancelRebuild(place.owner, name);
      results.push({ model: name, cancelled });
      lines.push(cancelled ? `${name}: generation ${cancelled.generation} is given up` : `${name}: nothing is being built`);
    } else if (options.release) {
      const released = await releaseKept(place.owner, name);
      results.push({ model: name, released });
      const which = released.map(({ generation }) => generation).join(', ');
      lines.push(released.length > 0 ? `${name}: generation ${which} is dropped` : `${name}: nothing is kept`);
    } else {
      const result = await rebuildOne(place, projection, options);
      results.push(result);
      if (result.outcome === 'differs') tools.found();
      if (result.outcome === 'stopped') throw new Error([...lines, ...resultLines(result)].join('\n'));
      lines.push(...resultLines(result));
    }
  }
  return { results, lines };
}

/** One rebuild with its bar; Ctrl-C ends it in order. */
async function rebuildOne({ url, workers }: Place, projection: Projection, options: RebuildCommandOptions): Promise<RebuildResult> {
  const bar = progressBar(projection.name, 'events', ' | {rate} events/s | {phase}');
  const stopping = new AbortController();
  const stop = (): void => stopping.abort();
  const startedAt = performance.now();
  let from: number | undefined;
  process.once('SIGINT', stop);
  process.once('SIGTERM', stop);
  try {
    return await rebuild({
      url,
      projection,
      registry: eventRegistry,
      workers,
      signal: stopping.signal,
      back: options.back ?? false,
      by: options.by ?? `${userInfo().username}@${hostname()}`,
      ...(options.acceptDifferences !== undefined && { acceptDifferences: options.acceptDifferences }),
      onProgress({ phase, position, target }) {
        from ??= position;
        const rate = Math.round(((position - from) * 1_000) / Math.max(1, performance.now() - startedAt));
        if (!bar.isActive) bar.start(Math.max(1, target), position, { rate, phase });
        bar.setTotal(Math.max(1, target));
        bar.update(position, { rate, phase });
      },
    });
  } finally {
    bar.stop(); // without it the bar's timer would keep a failed run alive
    process.removeListener('SIGINT', stop);
    process.removeListener('SIGTERM', stop);
  }
}
