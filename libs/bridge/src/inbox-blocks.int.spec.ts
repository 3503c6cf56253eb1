import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import fc from 'fast-check';
import { standard } from './index.js';
import { newId } from '#event-sourcing';
import { aClient } from '../../../test/support/api.js';
import { arbitraryScript, type Said, scriptDays, type World } from '../../../test/support/arbitrary-messages.js';
import { type BackOfficeUnderTest, startBackOffice } from '../../../test/support/back-office.js';
import { aMessage, rawOf } from '../../../test/support/back-office-messages.js';

jest.setTimeout(300_000);
const SCRIPTS = 8;
const PREFIXES = ['one', 'blk'] as const;

describe('messages in blocks', () => {
  let t: BackOfficeUnderTest;
  const clients = new Map<string, string>();
  beforeAll(async () => {
    t = await startBackOffice();
    for (const prefix of PREFIXES) {
      for (const [number, accounts] of [
        [1, [`${prefix}-a`, `${prefix}-b`]],
        [2, [`${prefix}-c`]],
      ] as const) {
        const { body } = await t.manager.post('/v1/clients', aClient({ clientNo: `${prefix}-no-${number}` }));
        clients.set(`${prefix}-no-${number}`, String(body['id']));
        await t.under.settled();
        await t.link(String(body['id']), ...accounts);
      }
    }
  });
  afterAll(() => t.close());

  const take = (said: readonly Said[], world: World, deliveryId: string) => {
    const raws = said.map((one) => one(world)).map((one) => (one instanceof Uint8Array ? one : rawOf(one)));
    return t.inbox.take(raws, { channel: 'file', deliveryId, adapter: standard, source: world.source });
  };

  /** What the inbox and the log hold of a world, without what names it or depends on where in the log it stands. */
  async function outcome({ prefix, source, lateAccount }: World): Promise<unknown> {
    const rowsOf = async (text: string): Promise<unknown[]> => (await t.under.owner.query(text, [source])).rows;
    const held = {
      messages: await rowsOf(
        `SELECT m.source, m.record, m.version, m.kind, m.lane, m.account_id, m.client_no, m.sequence, m.on_date::text, m.amount_minor, m.currency,
                m.ordinal, m.status, m.holds_key, m.reason, m.pointer, m.repeats, m.client_id, m.branch_id, m.stream_id IS NULL AS no_stream,
                m.position IS NULL AS no_position, f.content_sha256 IS NULL AS first, (SELECT count(*)::int FROM bridge.messages n
                  WHERE n.source = m.source AND n.record = m.record AND n.version = m.version AND n.arrival < m.arrival) AS before
           FROM bridge.messages m LEFT JOIN bridge.messages f ON f.message_id = m.conflicts_with WHERE m.source = $1
          ORDER BY m.record, m.version, m.arrival`,
      ),
      events: await rowsOf(
        `SELECT stream_kind, CASE WHEN stream_kind IN ('account', 'riskProfile') THEN key END AS key, type,
                row_number() OVER (PARTITION BY stream_id ORDER BY version)::int AS nth,
                data::jsonb - 'score' - 'level' - 'lowestClass' - 'otherSha256' - 'firstSha256' AS data,
                CASE WHEN metadata::jsonb ? 'precision' THEN occurred_at END AS occurred_at, metadata::jsonb -> 'source' AS source,
                metadata::jsonb ->> 'branchId' AS branch
           FROM log.events WHERE metadata::jsonb #>> '{source,system}' = $1
          ORDER BY stream_kind, data::jsonb ->> 'accountId', CASE WHEN stream_kind = 'inboxConflict' THEN metadata::jsonb #>> '{source,record}' END,
                stream_id, version`,
      ),
      sequences: await rowsOf('SELECT account_id, state FROM bridge.sequences WHERE source = $1 ORDER BY 1'),
      gaps: await rowsOf(
        `SELECT account_id, client_id, branch_id, first, last, closed_at IS NULL AS open, (SELECT data::jsonb -> 'through' FROM log.events e
           WHERE e.position = closed_position) AS through FROM bridge.gaps WHERE source = $1 ORDER BY account_id, first`,
      ),
      days: await rowsOf('SELECT on_date::text, status, stated, reason FROM bridge.days WHERE source = $1 ORDER BY 1'),
    };
    let text = JSON.stringify(held);
    const names = [...[1, 2].map((n) => [clients.get(`${prefix}-no-${n}`)!, `CLIENT-${n}`]), [lateAccount, 'LATE'], [source, 'SOURCE']];
    for (const [name, neutral] of names) text = text.replaceAll(name!, neutral!);
    return JSON.parse(text.replaceAll(`${prefix}-`, 'X-'));
  }

  /** What is said to complete the days, of what this world's source has said in order. */
  async function daysOf({ source }: World, totals: readonly string[]): Promise<Said[]> {
    const { rows } = await t.under.owner.query<{ on: string; assets: number | null; records: number }>(
      `SELECT on_date::text AS on, count(*)::int AS records, sum(amount_minor) FILTER (WHERE kind = 'assetsObserved')::int AS assets
         FROM (SELECT DISTINCT ON (record) * FROM bridge.messages WHERE source = $1 AND holds_key AND status IN ('waiting', 'applied')
                ORDER BY record, version DESC) m WHERE on_date IS NOT NULL GROUP BY 1`,
      [source],
    );
    return scriptDays.map((on, at): Said => {
      const { records = 0, assets = null } = rows.find((row) => row.on === on) ?? {};
      const said = { records: records + (totals[at] === 'wrong' ? 1 : 0), ...(assets !== null && { assetsMinor: { CNY: assets } }) };
      return (world) => aMessage('dayCompleted', { source: world.source, record: `day-${on}`, data: { on, totals: said } });
    });
  }

  it('come to the same rows and events as one by one', async () => {
    let script = 0;
    await fc.assert(
      fc.asyncProperty(arbitraryScript, async ({ messages, linkedAfter, blocks, totals }) => {
        const name = `${script++}`;
        const [one, blk] = PREFIXES.map((prefix): World => ({
          prefix,
          source: `${prefix}-s${name}`,
          lateAccount: `${prefix}-late${name}`,
        }));
        const [oneId, blkId] = [newId(), newId()];
        const link = async ({ prefix, lateAccount }: World) => t.link(clients.get(`${prefix}-no-2`)!, lateAccount);
        const at = Math.min(linkedAfter, messages.length);
        for (const half of [messages.slice(0, at), messages.slice(at)]) {
          for (const message of half) await take([message], one!, oneId);
          for (let from = 0, block = 0; from < half.length; block++) {
            const size = blocks[block % blocks.length]!;
            await take(half.slice(from, from + size), blk!, blkId);
            from += size;
          }
          if (half.length === at && !(await linked(one!))) {
            for (const world of [one!, blk!]) {
              await link(world);
              // as the bridge's worker does: until it has, what comes is decided by what is applied by then, and that is by whom it comes with
              await t.inbox.applier.apply([`account|${world.lateAccount}`]);
            }
          }
        }
        const complete = await daysOf(one!, totals);
        for (const message of complete) await take([message], one!, oneId);
        await take(complete, blk!, blkId);
        expect(await outcome(blk!)).toEqual(await outcome(one!));
      }),
      { numRuns: SCRIPTS, endOnFailure: true },
    );
  });

  const linked = async ({ lateAccount }: World): Promise<boolean> =>
    (await t.under.owner.query('SELECT 1 FROM read.account_links WHERE account_id = $1', [lateAccount])).rows.length > 0;
});
