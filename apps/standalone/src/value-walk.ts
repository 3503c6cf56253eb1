import { addDays, addMonths, type LocalDate, monthEnd, toLocalDate } from '#event-sourcing';
import type { Walker } from './walker.js';

const SOURCE = 'demo-core';
const EQUITY = { instrumentId: '600519', instrumentClass: 'equity', riskLevel: 4 };

interface Stated extends Record<string, unknown> {
  on?: LocalDate;
  openedOn?: LocalDate;
  total?: { amountMinor: number };
}

/**
 * What the trading back office says of the walked-through client, and what the branch sees in it: assets that made them a
 * better client and fell, trades that became few, money that left after the complaint, a risk profile that had lapsed and
 * blocked an outreach, and a product above the new one, which the client wanted all the same.
 */
export class ValueWalk {
  private sequence = 0;
  private readonly today: LocalDate;

  constructor(
    private readonly as: Walker,
    private readonly clientId: string,
    private readonly accountId: string,
    nowMs: number,
    firmZone: string,
  ) {
    this.today = toLocalDate(new Date(nowMs).toISOString(), firmZone);
  }

  /** Before the complaint is answered. */
  async holdings(): Promise<void> {
    const opened = this.day(-400);
    const trades = [-330, -300, -270, -240, -210, -180, -150, -130, -110, -100, -40].map((ago, i) => this.trade(i + 1, ago));
    const messages = [
      this.message('accountOpened', 'opening', { openedOn: opened, currency: 'CNY' }),
      this.assets(-400, 600_000),
      this.assets(-200, 2_600_000),
      ...trades,
      this.assets(-25, 1_500_000),
    ];
    await this.deliver(messages);
  }

  /** Money leaves within days of the complaint; every day that was told of is complete, and the end of last month too. */
  async outflow(): Promise<void> {
    const moved = { on: this.day(-3), direction: 'out', amount: this.cny(700_000), state: 'booked' };
    const lastMonth = monthEnd(addMonths(this.today, -1));
    await this.deliver([this.message('cashMoved', 'transfer-out', moved), this.assets(-3, 800_000)]);
    const days = [...new Set([...this.told.map(({ on }) => on), lastMonth])].sort();
    await this.deliver(days.map((on) => this.completed(on)));
  }

  /** A profile that has lapsed blocks; a new one warns, and the client's own wish is on record. */
  async suitability(): Promise<void> {
    const place = `/v1/clients/${this.clientId}/risk-profile`;
    const lapsed = { questionnaireVersion: 'q-2024', score: 48, level: 'C3', assessedOn: addMonths(this.today, -25) };
    const first = await this.as.post('relationshipManager', `${place}/record-assessment`, lapsed, 0);
    const outreach = { clientId: this.clientId, channel: 'phone', productId: 'FUND-7', productRiskLevel: 'R2' };
    await this.as.post('relationshipManager', '/v1/contacts/plan-outreach', outreach);
    const anew = { questionnaireVersion: 'q-2026', score: 35, level: 'C2', assessedOn: this.today };
    const second = await this.as.post('relationshipManager', `${place}/record-assessment`, anew, first.version);
    const wish = { productId: 'NOTE-4', riskLevel: 'R4', initiative: 'client' };
    const checked = await this.as.post('relationshipManager', `${place}/check-suitability`, wish, second.version);
    const confirmation = { kind: 'signedForm', reference: 'FORM-2231' };
    await this.as.post('relationshipManager', `${place}/checks/${checked.checkId}/accept-warning`, { confirmation }, checked.version);
  }

  private async deliver(messages: readonly object[]): Promise<void> {
    await this.as.post('integrationClient', '/v1/back-office/messages', { messages });
  }

  private readonly told: { on: LocalDate; totalMinor?: number }[] = [];

  private message(kind: string, record: string, data: Stated): object {
    this.told.push({ on: data.on ?? data.openedOn!, ...(data.total && { totalMinor: data.total.amountMinor }) });
    const { accountId } = this;
    return { source: SOURCE, record: `${accountId}:${record}`, version: 1, sequence: ++this.sequence, accountId, kind, data };
  }

  private assets(ago: number, yuan: number): object {
    const total = this.cny(yuan);
    return this.message('assetsObserved', `assets:${this.day(ago)}`, {
      on: this.day(ago),
      total,
      securities: this.cny(yuan * 0.8),
      cash: this.cny(yuan * 0.2),
    });
  }

  private trade(number: number, ago: number): object {
    const amounts = { gross: this.cny(80_000), commission: this.cny(240), passedOn: this.cny(16) };
    const side = number % 2 === 1 ? 'buy' : 'sell';
    const data = { kind: 'trade', on: this.day(ago), side, instrument: EQUITY, quantityMillionths: 50_000_000, ...amounts };
    return this.message('tradeBooked', `trade:${number}`, data);
  }

  private completed(on: LocalDate): object {
    return { source: SOURCE, record: `day:${on}`, version: 1, kind: 'dayCompleted', data: { on, totals: this.totalsOf(on) } };
  }

  private totalsOf(on: LocalDate): object {
    const told = this.told.filter((one) => one.on === on);
    const assets = told.reduce((sum, { totalMinor = 0 }) => sum + totalMinor, 0);
    return { records: told.length, ...(assets > 0 && { assetsMinor: { CNY: assets } }) };
  }

  private readonly day = (ago: number): LocalDate => addDays(this.today, ago);
  private readonly cny = (yuan: number) => ({ amountMinor: Math.round(yuan * 100), currency: 'CNY' });
}
