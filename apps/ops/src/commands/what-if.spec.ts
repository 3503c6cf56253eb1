import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import { answerWhatIfFile, type FileFault } from './what-if.js';

const root = path.resolve(import.meta.dirname, '../../../..');
const samples = path.join(root, 'libs/service-levels/src/what-if/samples');
const sampleFiles = readdirSync(samples).map((name) => path.join(samples, name));
const folder = mkdtempSync(path.join(tmpdir(), 'rapport-what-if-'));

const read = (file: string): Record<string, unknown> => JSON.parse(readFileSync(file, 'utf8')) as Record<string, unknown>;
const sample = (changes: object = {}) => ({ ...read(sampleFiles[0]!), ...changes });

function fileOf(content: unknown): string {
  const file = path.join(folder, 'document.json');
  writeFileSync(file, typeof content === 'string' || Buffer.isBuffer(content) ? content : JSON.stringify(content));
  return file;
}

async function faultsOf(content: unknown): Promise<[string, string][]> {
  const answered = await answerWhatIfFile(fileOf(content));
  const errors: FileFault[] = 'problem' in answered ? (answered.problem.errors ?? []) : [];
  return errors.map(({ pointer, code }) => [pointer, code]);
}

afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('a what-if file', () => {
  it.each(sampleFiles.map((file) => [path.basename(file), file]))('is answered as it expects: %s', async (_name, file) => {
    const { expect: expected } = read(file) as { expect: object[] };
    const answered = (await answerWhatIfFile(file)) as { answer: { answers: { promises: object[] }[] } };
    expect(answered.answer.answers.map(({ promises }) => promises[0])).toEqual(expected.map((entry) => expect.objectContaining(entry)));
  });

  it('may begin with a byte order mark and end its lines as another system does', async () => {
    const text = readFileSync(sampleFiles[0]!, 'utf8');
    const plain = await answerWhatIfFile(fileOf(text));
    expect(await answerWhatIfFile(fileOf(`\uFEFF${text.replaceAll('\n', '\r\n')}`))).toEqual(plain);
  });

  it('may hold an array of documents, answered in order', async () => {
    const single = await Promise.all(sampleFiles.map((file) => answerWhatIfFile(file)));
    const all = await answerWhatIfFile(fileOf(sampleFiles.map((file) => read(file))));
    expect(all).toEqual({ answer: single.map((one) => (one as { answer: unknown }).answer) });
    expect(await answerWhatIfFile(fileOf([]))).toEqual({ answer: [] });
  });

  it('that breaks the format is answered by one problem naming every place, in an array below its index', async () => {
    const broken = sample({ asOf: ['yesterday'], subject: { type: 'request' } });
    expect(await faultsOf(broken)).toEqual([
      ['/subject/process', 'missing'],
      ['/asOf/0', 'bad-format'],
    ]);
    expect(await faultsOf([sample(), broken, 3])).toEqual([
      ['/1/subject/process', 'missing'],
      ['/1/asOf/0', 'bad-format'],
      ['/2', 'wrong-type'],
    ]);
    expect(await answerWhatIfFile(fileOf(broken))).toMatchObject({
      problem: {
        type: '/problems/invalid-request',
        status: 400,
        code: 'invalid-request',
        errors: [{ detail: 'The member is required' }, {}],
      },
    });
  });

  it('states each member once, and what is said twice is named beside what is wrong otherwise', async () => {
    const twice = (changes: object) => JSON.stringify(sample(changes)).replace('"subject":{', '"subject":{"process":"x",');
    expect(await faultsOf(twice({}))).toEqual([['/subject/process', 'duplicate-member']]);
    expect(await faultsOf(twice({ asOf: [3] }))).toEqual([
      ['/subject/process', 'duplicate-member'],
      ['/asOf/0', 'wrong-type'],
    ]);
    expect(await faultsOf('['.repeat(100_000) + ']'.repeat(100_000))).toEqual([[`${'/0'.repeat(32)}`, 'too-deep']]);
  });

  it.each([
    ['no JSON', '{"calendars":', 'malformed-json'],
    ['an empty file', '', 'malformed-json'],
    ['no UTF-8', Buffer.from([0x22, 0xff, 0x22]), 'malformed-json'],
  ])('%s', async (_what, content, code) => {
    expect(await answerWhatIfFile(fileOf(content))).toMatchObject({ problem: { code } });
  });

  it.each([folder, path.join(folder, 'absent.json')])('cannot be read: %s', async (file) => {
    expect(await answerWhatIfFile(file)).toMatchObject({ problem: { code: 'unreadable-file', status: 400 } });
  });
});
