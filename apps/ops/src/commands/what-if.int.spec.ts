import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, describe, expect, it } from '@jest/globals';
import { answerWhatIfFile } from './what-if.js';

const root = path.resolve(import.meta.dirname, '../../../..');
const samples = path.join(root, 'libs/service-levels/src/what-if/samples');
const sample = path.join(samples, readdirSync(samples)[0]!);
const folder = mkdtempSync(path.join(tmpdir(), 'rapport-what-if-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('npm run ops -- what-if', () => {
  // what the npm script runs, without a database, a home or anything else around it
  const ops = async (file: string) => {
    const home = path.join(folder, 'home');
    const env = { PATH: process.env.PATH, RAPPORT_HOME: home };
    const command = [path.join(root, 'apps/standalone/start.mjs'), 'ops', 'what-if', file];
    const ended = await promisify(execFile)(process.execPath, command, { env, cwd: root }).then(
      (done) => ({ code: 0, ...done }),
      (error: unknown) => error as { code: number; stdout: string; stderr: string },
    );
    expect(existsSync(home)).toBe(false);
    return ended;
  };

  it('prints the answer and nothing else, or one problem on standard error', async () => {
    const good = await ops(sample);
    expect(good).toMatchObject({ code: 0, stderr: '' });
    expect({ answer: JSON.parse(good.stdout) as unknown }).toEqual(await answerWhatIfFile(sample));

    const file = path.join(folder, 'document.json');
    const right = JSON.parse(readFileSync(sample, 'utf8')) as object;
    writeFileSync(file, JSON.stringify([right, { ...right, asOf: [] }]));
    const bad = await ops(file);
    expect(bad).toMatchObject({ code: 2, stdout: '' });
    expect({ problem: JSON.parse(bad.stderr) as unknown }).toEqual(await answerWhatIfFile(file));
  });
});
