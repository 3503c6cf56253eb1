import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import type { SourceTerms } from '#back-office';
import { newId } from '#event-sourcing';
import { type BackOfficeUnderTest, decidedBy, startBackOffice } from '../../../test/support/back-office.js';
import { aMessage, assets, rawOf } from '../../../test/support/back-office-messages.js';
import { standard } from './index.js';

jest.setTimeout(120_000);

describe('the registry of sources', () => {
  let t: BackOfficeUnderTest;
  beforeAll(async () => {
    t = await startBackOffice({ strict: true });
  });
  afterAll(() => t.close());

  const register = async (source: string, more: Partial<SourceTerms> = {}) => {
    const terms: SourceTerms = {
      subjects: [],
      senders: [source],
      files: true,
      kinds: ['assets', 'account'],
      encoding: 'utf-8',
      zone: 'Asia/Shanghai',
      ...more,
    };
    const { id } = await t.office.sources.request(source, terms, decidedBy('lin'));
    await t.office.sources.decide(id, 'approve', decidedBy('wang'));
  };
  const over = async (channel: 'kafka' | 'file', messages: readonly object[], speaker?: string) => {
    const delivery = { channel, deliveryId: newId(), adapter: standard, source: 'unknown', ...(speaker !== undefined && { speaker }) };
    return (await t.inbox.take(messages.map(rawOf), delivery)).map(({ status, code }) =>
      code === undefined ? status : `${status}:${code}`,
    );
  };

  it('sets aside what comes from others, keeps its key free, and takes it once its speaker may say it', async () => {
    await t.owner('r1');
    await register('registry-a');
    const one = assets('r1', '2025-03-11', 5, { source: 'registry-a' });
    expect(await over('kafka', [one], 'vendor-b')).toEqual(['parked:source-not-yours']);
    expect(await over('kafka', [one])).toEqual(['ignored']); // the same bytes again
    expect(await over('kafka', [assets('r1', '2025-03-11', 6, { source: 'nobody' })])).toEqual(['parked:source-not-registered']);
    expect(await over('kafka', [aMessage('exchangeRate', { source: 'registry-a' })], 'registry-a')).toEqual(['parked:kind-not-of-source']);
    expect(await over('kafka', [assets('r1', '2025-03-11', 7, { source: 'registry-a' })], 'registry-a')).toEqual(['applied']);
    expect(await t.facts('r1')).toMatchObject([{ data: { total: { amountMinor: 7 } } }]);
  });

  it('takes the files of a source that nobody has registered: who imports one has the installation in hand', async () => {
    await t.owner('r3');
    expect(await over('file', [assets('r3', '2025-03-11', 5, { source: 'unheard' })])).toEqual(['applied']);
    expect(await over('kafka', [assets('r3', '2025-03-12', 6, { source: 'unheard' })])).toEqual(['parked:source-not-registered']);
  });

  it('lets a person try what was set aside again once the source is registered', async () => {
    await t.owner('r2');
    expect(await over('kafka', [assets('r2', '2025-03-11', 5, { source: 'registry-b' })], 'registry-b')).toEqual([
      'parked:source-not-registered',
    ]);
    const { rows } = await t.under.owner.query<{ id: string }>(`SELECT message_id AS id FROM bridge.messages WHERE source = 'registry-b'`);
    await t.office.decisions.retry(rows[0]!.id, decidedBy());
    expect(await t.facts('r2')).toEqual([]);
    await register('registry-b');
    await t.office.decisions.retry(rows[0]!.id, decidedBy());
    expect(await t.facts('r2')).toHaveLength(1);
  });

  it('parks facts of accounts of a branch that the source is not of, and dates them in its zone', async () => {
    await t.owner('r3');
    await register('registry-c', { branches: ['elsewhere'] });
    expect(await over('file', [assets('r3', '2025-03-11', 5, { source: 'registry-c' })])).toEqual(['parked:branch-not-of-source']);
    await register('registry-c', { zone: 'America/New_York' });
    expect(await over('file', [assets('r3', '2025-03-12', 5, { source: 'registry-c' })])).toEqual(['applied']);
    const { rows } = await t.under.owner.query<{ at: string }>(
      `SELECT to_char(occurred_at AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI') AS at FROM log.events WHERE type = 'AssetsObserved' ORDER BY position DESC LIMIT 1`,
    );
    expect(rows).toEqual([{ at: '2025-03-12 04:00' }]);
  });

  it('has another source count from when two persons have named it, also under an owner who comes later', async () => {
    const clientId = await t.owner('r4');
    await register('registry-d');
    await register('registry-e');
    await over('file', [
      assets('r4', '2025-03-11', 5, { source: 'registry-d' }),
      assets('r4', '2025-03-11', 9, { source: 'registry-e', record: 'E' }),
    ]);
    const counted = async (owner: string) => {
      await t.under.settled();
      const { body } = await t.manager.get(`/v1/clients/${owner}/account-facts?of=assets`);
      return (body['items'] as { source: string; counted: boolean }[]).filter((one) => one.counted).map(({ source }) => source);
    };
    expect(await counted(clientId)).toEqual(['registry-d']);
    const { id } = await t.office.authorities.request({ kind: 'assets', accountId: 'r4' }, 'registry-e', decidedBy('lin'));
    expect(await counted(clientId)).toEqual(['registry-d']);
    await expect(t.office.authorities.decide(id, 'approve', decidedBy('Lin'))).rejects.toThrow('authority-self-approval');
    await t.office.authorities.decide(id, 'approve', decidedBy('wang'));
    expect(await counted(clientId)).toEqual(['registry-e']);
    expect(await t.office.authorities.list()).toMatchObject([
      { over: { kind: 'assets', accountId: 'r4' }, source: 'registry-e', approvedBy: 'wang', pending: null },
    ]);

    const version = await t.under.store.streamVersion(clientId);
    await t.manager.post(`/v1/clients/${clientId}/unlink-account`, { accountId: 'r4' }, { version });
    await t.under.settled();
    const next = await t.owner('r4');
    await over('file', [
      assets('r4', '2025-03-12', 5, { source: 'registry-d' }),
      assets('r4', '2025-03-12', 9, { source: 'registry-e', record: 'E2' }),
    ]);
    expect(await counted(next)).toEqual(['registry-e']);
  });

  it('has the rates of another source count from when it was named', async () => {
    await register('fx-a', { kinds: ['rates'] });
    await register('fx-b', { kinds: ['rates'] });
    await over(
      'file',
      ['fx-a', 'fx-b'].map((source) => aMessage('exchangeRate', { source })),
    );
    const { id } = await t.office.authorities.request({ kind: 'rates', currency: 'USD', base: 'CNY' }, 'fx-b', decidedBy('lin'));
    await t.office.authorities.decide(id, 'approve', decidedBy('wang'));
    await t.under.settled();
    const { rows } = await t.under.owner.query(`SELECT source, counted FROM read.rate_sources WHERE replaced_at IS NULL ORDER BY source`);
    expect(rows).toEqual([
      { source: 'fx-a', counted: false },
      { source: 'fx-b', counted: true },
    ]);
  });
});
