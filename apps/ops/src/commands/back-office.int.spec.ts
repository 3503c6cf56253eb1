import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { MasterKeys } from '#privacy';
import { type BackOfficeUnderTest, startBackOffice } from '../../../../test/support/back-office.js';
import { assets } from '../../../../test/support/back-office-messages.js';
import { Home } from '../home.js';
import type { Installation } from '../installation.js';
import { fileLines, importBackOffice, rawMessage, reconcileDay, reconciliationLines, replayChanges } from './back-office.js';
import { inboxLines, inboxStatusOf } from './inbox-status.js';

jest.setTimeout(120_000);
const ZONE = 'Asia/Shanghai';

describe('the back office for its operator', () => {
  let t: BackOfficeUnderTest;
  let installation: Installation;
  const folder = mkdtempSync(path.join(tmpdir(), 'rapport-ops-files-'));
  beforeAll(async () => {
    t = await startBackOffice();
    const master = MasterKeys.load(t.under.masterKeyFile);
    installation = { url: t.under.url, home: new Home(folder), embedded: false, served: true, master, close: async () => {} };
  });
  afterAll(async () => {
    await t.close();
    rmSync(folder, { recursive: true });
  });

  const status = async () => inboxLines((await inboxStatusOf(t.under.owner))!);

  it('says in plain words what came of a file, and what stands in the inbox', async () => {
    expect(await status()).toEqual(['Back office: nothing has come yet.']);
    await t.owner('o1');
    const lines = [
      assets('o1', '2025-03-11', 5, { sequence: 3 }),
      assets('o2', '2025-03-11', 6),
      assets('o1', '2025-03-12', -1),
      assets('o1', '2025-03-11', 9, { sequence: 3 }),
    ];
    writeFileSync(path.join(folder, 'a.jsonl'), lines.map((line) => JSON.stringify(line)).join('\n'));
    writeFileSync(path.join(folder, 'b.jsonl'), '');
    writeFileSync(
      path.join(folder, 'b.complete.json'),
      JSON.stringify({ source: 'core', on: '2025-03-11', records: 1, sha256: 'a'.repeat(64) }),
    );
    const reports = await importBackOffice(installation, ZONE, folder, 'standard');
    expect(reports.flatMap(fileLines)).toEqual([
      'a.jsonl: 4 messages read = 1 applied + 1 waiting + 0 ignored + 0 stale + 1 in conflict + 1 parked',
      'a.jsonl: there is no marker beside it, so no day is complete by it',
      expect.stringMatching(/^b\.jsonl: refused, nothing of it was taken: b\.jsonl is another file/),
    ]);
    expect(await status()).toEqual([
      'Back office: 1 facts wait for an owner of 1 accounts to be linked.',
      'Back office: 1 messages are parked; a person retries them or gives them up.',
      'Back office: 1 messages contradict an earlier one; a person decides which holds.',
      'Back office: 1 gaps in the numbers of 1 accounts; their owners are not evaluated until they are filled.',
      'Back office: 1 days have facts and were not completed by their source.',
      expect.stringMatching(/^Back office: the last message came at \d{4}-/),
    ]);
  });

  it('reconciles a day on demand, and shows what was said word for word', async () => {
    await t.under.settled();
    const report = await reconcileDay(installation, ZONE, 'core', '2025-03-11');
    expect(reconciliationLines(report)).toEqual([
      'core 2025-03-11: 2 statements compared, 2 breaks',
      'day-not-completed  here: not stated',
      'account-not-linked  o2  here: 1 facts wait',
    ]);
    const { rows } = await t.under.owner.query<{ id: string }>(`SELECT message_id AS id FROM bridge.messages WHERE status = 'parked'`);
    expect(JSON.parse((await rawMessage(installation, ZONE, rows[0]!.id))!.toString())).toEqual(assets('o1', '2025-03-12', -1));
  });

  it.each([
    ['an adapter that there is not', () => importBackOffice(installation, ZONE, folder, 'fax'), 'there are standard, broker-day-file'],
    ['a place that there is not', () => importBackOffice(installation, ZONE, '/nowhere', 'standard'), 'there is no /nowhere'],
    ['a day that is none', async () => reconcileDay(installation, ZONE, 'core', 'monday'), 'is no date'],
    ['a position that is none', () => replayChanges(installation, 'x'), 'whole number'],
  ])('says what is wrong with %s', async (_, work, sentence) => {
    await expect((async () => work())()).rejects.toThrow(sentence);
  });

  it('says that a topic was never filled', async () => {
    expect(await replayChanges(installation, '1')).toContain('nothing was ever told');
  });
});
