import { closeSync, openSync, rmSync, writeFileSync, writeSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { PostgresServer } from '../servers.js';
import type { Fault } from './fault.js';
import { startedAgain } from './processes.js';

const SEEN_MS = 2_500; // libfaketime looks at its file once a second, the drift guard at the clocks likewise
const FULL_MS = 2_000;
const HEALED_MS = 30_000;
const CHUNK = Buffer.alloc(1 << 20);
const HOUR_SEC = 3_600;
const STEPS_SEC = [HOUR_SEC, -HOUR_SEC, 24 * HOUR_SEC, -24 * HOUR_SEC];

/** Far ahead or far behind, and back. */
const clockStepped = (of: 'apps' | 'postgres'): Fault => ({
  name: `clock of ${of === 'apps' ? 'every app' : 'PostgreSQL'} stepped by an hour or a day, and back`,
  kills: 0,
  needs: 'faketime',
  async run({ world: { clocks }, chance }) {
    const seconds = chance.one(STEPS_SEC);
    writeFileSync(clocks![of], `${seconds < 0 ? '' : '+'}${seconds}`);
    await sleep(SEEN_MS);
    writeFileSync(clocks![of], '+0');
    await sleep(SEEN_MS);
  },
});

/** G13: no 2xx is lost, and it heals by itself within 30 s of there being room again. */
const diskFull: Fault = {
  name: 'the disk of the write-ahead log full',
  kills: 0,
  needs: 'a disk that it may fill',
  async run({ world: { postgres }, acknowledged, onViolation }) {
    const filler = path.join(postgres.walDisk!, 'filler');
    fill(filler);
    await sleep(FULL_MS);
    rmSync(filler);
    if (!alive(postgres)) await startedAgain(postgres);
    const before = acknowledged();
    for (const start = performance.now(); acknowledged() === before; await sleep(50)) {
      if (performance.now() - start > HEALED_MS) return onViolation('no command was accepted within 30 s of the disk having room again');
    }
  },
};

function fill(file: string): void {
  const disk = openSync(file, 'w');
  try {
    for (;;) writeSync(disk, CHUNK);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
  } finally {
    closeSync(disk);
  }
}

function alive(postgres: PostgresServer): boolean {
  try {
    return process.kill(postgres.pid(), 0);
  } catch {
    return false;
  }
}

export const machineFaults: readonly Fault[] = [diskFull, clockStepped('apps'), clockStepped('postgres')];
