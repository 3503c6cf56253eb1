import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';

/** It was told to stop before it had ended. */
export class Interrupted extends Error {}

/** It ended otherwise than it should have; the message says how, and what it said last. */
export class ProcessFailed extends Error {}

export interface ProcessOptions {
  cwd?: string;
  signal: AbortSignal;
  /** Exit codes that are an answer, and no fault. */
  accept?: readonly number[];
  onStart?: (pid: number) => void;
}

const KEPT_LINES = 100;
const TOLD_LINES = 12;

/**
 * Runs a program to its end, in a process group of its own, so that all it started ends with it. Rejects with
 * ProcessFailed where it fails, with Interrupted once `signal` aborts.
 */
export async function runProcess(
  command: string,
  args: readonly string[],
  options: ProcessOptions,
): Promise<{ code: number; said: string }> {
  const { cwd, signal, accept = [0], onStart } = options;
  if (signal.aborted) throw new Interrupted('interrupted: what it had begun is ended and removed');
  const child = spawn(command, args, { cwd, detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
  const lines: string[] = [];
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      lines.push(...text.split('\n').filter((line) => line.trim() !== ''));
      lines.splice(0, lines.length - KEPT_LINES);
    });
  }
  const stop = (): void => endGroup(child);
  signal.addEventListener('abort', stop);
  try {
    const ended = once(child, 'close') as Promise<[number | null]>; // rejects where it cannot be started
    if (child.pid !== undefined) onStart?.(child.pid);
    const [code] = await ended;
    if (signal.aborted) throw new Interrupted('interrupted: what it had begun is ended and removed');
    if (code === null || !accept.includes(code)) {
      throw new ProcessFailed(`${[command, ...args].join(' ')} ended with ${code ?? 'a signal'}:\n${lines.slice(-TOLD_LINES).join('\n')}`);
    }
    return { code, said: lines.join('\n') };
  } finally {
    signal.removeEventListener('abort', stop);
  }
}

function endGroup({ pid }: ChildProcess): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, 'SIGTERM');
  } catch {
    // all of it has just ended
  }
}
