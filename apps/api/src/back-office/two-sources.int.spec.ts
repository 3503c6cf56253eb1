import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { type BackOfficeUnderTest, startBackOffice } from '../../../../test/support/back-office.js';
import { aMessage, assets } from '../../../../test/support/back-office-messages.js';

jest.setTimeout(120_000);

describe('facts of two sources about one account', () => {
  let t: BackOfficeUnderTest;
  beforeAll(async () => {
    t = await startBackOffice();
  });
  afterAll(() => t.close());

  const factsOf = async (clientId: string, of: string) => {
    await t.under.settled();
    const { body } = await t.manager.get(`/v1/clients/${clientId}/account-facts?of=${of}`);
    return (body['items'] as { source: string; counted: boolean; data: Record<string, unknown> }[])
      .map(
        ({ source, counted, data }) =>
          `${source} ${String(data['totalMinor'] ?? data['commissionMinor'] ?? data['amountMinor'])} ${counted ? 'counts' : 'is shown'}`,
      )
      .sort();
  };

  it('stand beside each other under one record id, and one source’s count', async () => {
    const clientId = await t.owner('PY-404');
    const of = (source: string, commission: number) => {
      const amount = (amountMinor: number) => ({ amountMinor, currency: 'CNY' });
      const trade = { kind: 'trade', on: '2025-03-11', gross: amount(1_000_000), commission: amount(commission), passedOn: amount(0) };
      const moved = { on: '2025-03-12', direction: 'in', amount: amount(commission * 10), state: 'booked' };
      return [
        aMessage('tradeBooked', { source, accountId: 'PY-404', record: 'T1', data: trade }),
        aMessage('cashMoved', { source, accountId: 'PY-404', record: 'M1', data: moved }),
        assets('PY-404', '2025-03-11', commission * 100, { source, record: 'E1' }),
      ];
    };
    expect(await t.say(...of('srcA', 5_000), ...of('srcB', 7))).toEqual(Array(6).fill('applied'));
    expect(await t.say(aMessage('accountClosed', { source: 'srcB', accountId: 'PY-404' }))).toEqual(['applied']);
    expect(await factsOf(clientId, 'trades')).toEqual(['srcA 5000 counts', 'srcB 7 is shown']);
    expect(await factsOf(clientId, 'movements')).toEqual(['srcA 50000 counts', 'srcB 70 is shown']);
    expect(await factsOf(clientId, 'assets')).toEqual(['srcA 500000 counts', 'srcB 0 counts', 'srcB 700 is shown']);
  });
});
