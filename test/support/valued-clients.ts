import { accountStream, type AccountEvent, rateStream } from '#back-office';
import type { LocalDate, Uuid } from '#event-sourcing';
import { aClient, type ApiUnderTest, type Caller, SHANGHAI } from './api.js';
import { say } from './commitments.js';

export interface TradeFact {
  tradeId: string;
  on: LocalDate;
  kind?: 'trade' | 'charge';
  state?: 'booked' | 'corrected' | 'cancelled';
  side?: 'buy' | 'sell';
  instrument?: { instrumentId: string; instrumentClass: string; riskLevel?: number };
  units?: number;
  grossMinor?: number;
  commissionMinor?: number;
  passedOnMinor?: number;
  currency?: string;
}

export interface AssetsFact {
  on: LocalDate;
  totalMinor: number;
  securitiesMinor?: number;
  cashMinor?: number;
  currency?: string;
}

export interface MovementFact {
  movementId: string;
  on: LocalDate;
  direction: 'in' | 'out';
  amountMinor: number;
  kind?: 'cash' | 'securities';
  state?: 'booked' | 'cancelled';
  currency?: string;
}

/** Registers a client of the caller's branch, who owns an account there if a day is named. */
export async function aValuedClient(caller: Caller, openedOn?: LocalDate, more: object = {}): Promise<Uuid> {
  const { status, body } = await caller.post('/v1/clients', aClient(more));
  if (status !== 201) throw new Error(JSON.stringify(body));
  const clientId = String(body['id']);
  if (openedOn === undefined) return clientId;
  const account = { accountId: accountOf(clientId), role: 'owner', opened: openedOn };
  await caller.post(`/v1/clients/${clientId}/link-account`, account, {
    version: 1 + Number(Object.keys(more).length > 0 && 'profile' in more),
  });
  return clientId;
}

export const accountOf = (clientId: Uuid): string => `A-${clientId.slice(-12)}`;

/** What the back office says of the client's account; a later statement of the same thing takes the earlier one's place. */
export async function stateFacts(
  under: ApiUnderTest,
  clientId: Uuid,
  facts: { openedOn?: LocalDate; trades?: readonly TradeFact[]; assets?: readonly AssetsFact[]; movements?: readonly MovementFact[] },
  branch = SHANGHAI,
): Promise<number> {
  const account = { accountId: accountOf(clientId), source: 'core' };
  const events: AccountEvent[] = [];
  if (facts.openedOn) events.push({ type: 'AccountOpened', data: { ...account, openedOn: facts.openedOn, currency: 'CNY' } });
  for (const { currency = 'CNY', units, grossMinor = 0, commissionMinor = 0, passedOnMinor = 0, ...trade } of facts.trades ?? []) {
    const money = (amountMinor: number) => ({ amountMinor, currency });
    const amounts = { gross: money(grossMinor), commission: money(commissionMinor), passedOn: money(passedOnMinor) };
    const quantity = units === undefined ? {} : { quantityMillionths: units * 1_000_000 };
    events.push({ type: 'TurnoverObserved', data: { ...account, kind: 'trade', state: 'booked', ...trade, ...quantity, ...amounts } });
  }
  for (const { on, currency = 'CNY', totalMinor, securitiesMinor, cashMinor } of facts.assets ?? []) {
    const money = (amountMinor: number) => ({ amountMinor, currency });
    const parts = {
      ...(securitiesMinor !== undefined && { securities: money(securitiesMinor) }),
      ...(cashMinor !== undefined && { cash: money(cashMinor) }),
    };
    events.push({ type: 'AssetsObserved', data: { ...account, on, total: money(totalMinor), ...parts } });
  }
  for (const { amountMinor, currency = 'CNY', ...movement } of facts.movements ?? []) {
    events.push({
      type: 'MovementObserved',
      data: { ...account, kind: 'cash', state: 'booked', ...movement, amount: { amountMinor, currency } },
    });
  }
  return say(under, accountStream(clientId, account.accountId), events, branch);
}

/** `baseMinor` of CNY for `amountMinor` of another currency, on these days. */
export const stateRate = (under: ApiUnderTest, currency: string, days: readonly LocalDate[], amountMinor: number, baseMinor: number) =>
  say(
    under,
    rateStream(currency, 'CNY'),
    days.map((on) => ({ type: 'RateObserved', data: { source: 'core', on, currency, amountMinor, base: 'CNY', baseMinor } })),
  );

/** Every item of a list, over all its pages. */
export async function allItems(caller: Caller, address: string): Promise<Record<string, unknown>[]> {
  const items: Record<string, unknown>[] = [];
  for (let cursor: unknown = null, pages = 0; pages < 100; pages++) {
    const more = cursor === null ? '' : `${address.includes('?') ? '&' : '?'}cursor=${encodeURIComponent(cursor as string)}`;
    const { status, body } = await caller.get(address + more);
    if (status !== 200) throw new Error(JSON.stringify(body));
    items.push(...(body['items'] as Record<string, unknown>[]));
    cursor = body['next'];
    if (cursor === null) return items;
  }
  throw new Error('the list does not end');
}
