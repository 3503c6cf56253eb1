import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

const MIB_IN_KIB = 1_024;
const LOOK_MS = 200;

/** The highest resident set of a process so far, in MiB, as Linux tells it; undefined elsewhere, or once it has ended. */
export function peakMibOf(pid: number): number | undefined {
  const kib = /VmHWM:\s+(\d+) kB/.exec(told(pid, 'status') ?? '')?.[1];
  return kib === undefined ? undefined : Number(kib) / MIB_IN_KIB;
}

/** Looks at every process of Node.js of a group until it is told to stop; then answers the peak by what each one was. */
export function watchGroup(group: number): () => ReadonlyMap<string, number> {
  const peaks = new Map<string, number>();
  const look = (): void => {
    for (const pid of processIds()) {
      if (groupOf(pid) !== group) continue;
      const [name, peak] = [scriptOf(pid), peakMibOf(pid)];
      if (name !== undefined && peak !== undefined) peaks.set(name, Math.max(peaks.get(name) ?? 0, peak));
    }
  };
  const watching = setInterval(look, LOOK_MS);
  return () => {
    clearInterval(watching);
    return peaks;
  };
}

function processIds(): number[] {
  try {
    return readdirSync('/proc').map(Number).filter(Number.isInteger);
  } catch {
    return []; // not on Linux
  }
}

/** Behind the name in brackets, which may hold anything: state, parent, group. */
function groupOf(pid: number): number | undefined {
  const stat = told(pid, 'stat');
  return stat === undefined ? undefined : Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[2]);
}

/** `apps/api` for dist/apps/api/src/main.js, `test/bench/http-server (no-op append)` for one that was told its mode. */
function scriptOf(pid: number): string | undefined {
  const words = told(pid, 'cmdline')?.split('\0') ?? [];
  const script = /(?:^|\/)dist\/((?:apps|test)\/.+)\.js$/.exec(words[1] ?? '')?.[1]?.replace(/\/src\/main$/, '');
  if (script === undefined) return undefined;
  const mode = /"mode":"([^"]+)"/.exec(words[2] ?? '')?.[1];
  return mode === undefined ? script : `${script} (${mode})`;
}

function told(pid: number, file: 'status' | 'stat' | 'cmdline'): string | undefined {
  try {
    return readFileSync(path.join('/proc', String(pid), file), 'utf8');
  } catch {
    return undefined; // it has ended, or this is not Linux
  }
}
