import type { BackOfficeMessage, MessageData, MessageKind } from '#back-office';

const cny = (amountMinor: number) => ({ amountMinor, currency: 'CNY' });

const data: MessageData = {
  accountOpened: { openedOn: '2025-01-02', currency: 'CNY' },
  accountClosed: { closedOn: '2025-12-30' },
  accountStatusChanged: { on: '2025-03-03', status: 'frozen' },
  assetsObserved: { on: '2025-03-11', total: cny(1_250_000), securities: cny(1_000_000), cash: cny(250_000) },
  tradeBooked: {
    kind: 'trade',
    on: '2025-03-11',
    side: 'buy',
    quantityMillionths: 100_000_000,
    instrument: { instrumentId: '600519', instrumentClass: 'equity', riskLevel: 3 },
    gross: cny(1_500_000),
    commission: cny(1_500),
    passedOn: cny(300),
  },
  tradeCorrected: { kind: 'trade', on: '2025-03-11', gross: cny(1_400_000), commission: cny(1_400), passedOn: cny(300) },
  tradeCancelled: { kind: 'charge', on: '2025-03-11', gross: cny(0), commission: cny(2_000), passedOn: cny(0) },
  cashMoved: { on: '2025-03-12', direction: 'in', amount: cny(500_000), state: 'booked' },
  securitiesMoved: { on: '2025-03-12', direction: 'out', amount: cny(80_000), state: 'cancelled' },
  riskResult: { on: '2025-02-01', questionnaireVersion: '2024-A', score: 71, level: 'C4', lowestClass: false },
  feeSchedule: {
    schedule: 'retail',
    effectiveFrom: '2026-01-01',
    items: [{ instrumentClass: 'equity', rateBasisPoints: 3, minimumMinor: 500, currency: 'CNY' }],
  },
  outageDeclared: { system: 'order-entry', from: '2025-03-11T09:30:00+08:00', until: null },
  exchangeRate: { on: '2025-03-11', currency: 'USD', amountMinor: 10_000, base: 'CNY', baseMinor: 72_345 },
  dayCompleted: { on: '2025-03-11', totals: { records: 2, assetsMinor: { CNY: 1_250_000 } } },
  sourceEnded: { lastDay: '2025-03-31' },
};

/** A message of each kind that is in order. */
export const aMessage = <K extends MessageKind>(kind: K, more: object = {}): BackOfficeMessage =>
  ({
    source: 'core',
    record: `${kind}-1`,
    version: 1,
    kind,
    ...(['feeSchedule', 'outageDeclared', 'exchangeRate', 'dayCompleted', 'sourceEnded'].includes(kind) ? {} : { accountId: 'A-1' }),
    data: data[kind],
    ...more,
  }) as BackOfficeMessage;

/** End-of-day assets, the message that tests state most. */
export const assets = (accountId: string, on: string, totalMinor: number, more: object = {}): BackOfficeMessage =>
  aMessage('assetsObserved', { accountId, record: `assets-${accountId}-${on}`, data: { on, total: cny(totalMinor) }, ...more });

export const rawOf = (message: unknown): Buffer => Buffer.from(JSON.stringify(message));
