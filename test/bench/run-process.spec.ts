import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { Interrupted, ProcessFailed, runProcess } from './run-process.js';

const never = new AbortController().signal;
const node = (script: string, options: Partial<Parameters<typeof runProcess>[2]> = {}) =>
  runProcess(process.execPath, ['-e', script], { signal: never, ...options });
describe('a process of the benchmarks', () => {
  it('answers what it said last and how it ended, where that is an answer', async () => {
    expect(await node('console.log("so"); console.error("and so"); process.exitCode = 2', { accept: [0, 2] })).toMatchObject({ code: 2 });
    expect((await node('for (let i = 0; i < 100; i++) console.log(i)')).said).toMatch(/99$/);
  });

  it('that fails says so with its own words, and so does one that is not there', async () => {
    await expect(node('console.error("no such thing"); process.exitCode = 3')).rejects.toThrow(ProcessFailed);
    await expect(node('console.error("no such thing"); process.exitCode = 3')).rejects.toThrow(/ended with 3:\nno such thing/);
    await expect(runProcess('/no/such/program', [], { signal: never })).rejects.toThrow(/ENOENT/);
  });

  it('told to stop, ends with all that it started', async () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'rapport-bench-'));
    const started = path.join(folder, 'started');
    const stopping = new AbortController();
    const grandchild = `require('node:fs').writeFileSync(${JSON.stringify(started)}, ''); setInterval(() => undefined, 1000)`;
    const child = `require('node:child_process').spawn(process.execPath, ['-e', ${JSON.stringify(grandchild)}], { stdio: 'inherit' })`;
    const running = node(child, { signal: stopping.signal });
    running.catch(() => undefined); // awaited below
    while (!existsSync(started)) await new Promise((resolve) => setTimeout(resolve, 20));
    stopping.abort();
    // the grandchild writes where the child does: only once both have ended is that closed, and this settled
    await expect(running).rejects.toThrow(Interrupted);
    await expect(node('', { signal: stopping.signal })).rejects.toThrow(Interrupted);
    rmSync(folder, { recursive: true });
  });
});
