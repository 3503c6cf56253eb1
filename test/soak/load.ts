import { setTimeout as sleep } from 'node:timers/promises';
import { commandIdOf, newId } from '#event-sourcing';
import { aClient, aComplaint, type Answer, aRequest, Caller } from '../support/caller.js';
import type { Chance } from '../support/chance.js';
import type { Journal } from './journal.js';

export interface LoadCounts {
  acknowledged: number;
  refused: number;
  unknown: number;
  /** Answers that did not come, or came as 503, after which the same was sent again. */
  asked: number;
  /** Commands sent again although they had been answered. */
  repeated: number;
  /** Reads that named the position of a write. */
  reads: number;
}

export interface LoadOptions {
  /** Who asks, as command ids name them: subject, role, branch. */
  asks: string;
  bearer: string;
  /** At work at the same time. */
  people: number;
  /** The APIs by their lines; a command that is sent again goes to the next one. */
  urls: readonly string[];
  journal: Journal;
  chance: Chance;
  /** What must never be, in a sentence. */
  onViolation: (sentence: string) => void;
}

const ASK_MAX = 60;
const ASK_EVERY_MS = 100;
const ANSWER_MS = 20_000;
const NOT_YET_VALID = 401; // by a clock that was stepped back before our token was issued
const THINK_MS = 20;
type Body = Record<string, unknown>;

/** People at work: each caller registers a client and then keeps them busy, one command after another. */
export class Load {
  readonly counts: LoadCounts = { acknowledged: 0, refused: 0, unknown: 0, asked: 0, repeated: 0, reads: 0 };
  private readonly callers: Caller[];
  private turn = 0;
  private clientNo = 0;

  constructor(private readonly options: LoadOptions) {
    this.callers = options.urls.map((url) => new Caller(url, options.bearer));
  }

  /** Until the signal aborts, and what is under way is answered or given up. */
  async run(signal: AbortSignal): Promise<void> {
    const caller = async (chance: Chance): Promise<void> => {
      while (!signal.aborted) await this.visit(chance, signal);
    };
    await Promise.all(Array.from({ length: this.options.people }, () => caller(this.options.chance.branch())));
  }

  /** A command and what is known of it at the end; undefined where that is nothing. */
  async command(chance: Chance, path: string, body: unknown, version?: number): Promise<Answer | undefined> {
    const { asks, journal } = this.options;
    const key = newId();
    const { id } = journal.sent(commandIdOf(asks, 'POST', path, key), path);
    const patience = chance.happens(0.95) ? ASK_MAX : 1;
    const ask = async (): Promise<Answer | undefined> => {
      const caller = this.callers[this.turn++ % this.callers.length]!;
      const late = { signal: AbortSignal.timeout(ANSWER_MS), ...(version !== undefined && { version }) };
      const answer = await caller.post(path, body, { key, ...late }).catch(() => undefined);
      if (answer && answer.status >= 500 && answer.status !== 503)
        this.options.onViolation(`${path} answered ${answer.status}: ${JSON.stringify(answer.body)}`);
      return answer && answer.status < 500 && answer.status !== NOT_YET_VALID ? answer : undefined;
    };
    for (let asked = 0; asked < patience; asked++) {
      const answer = await ask();
      if (!answer) {
        this.counts.asked++;
        await sleep(ASK_EVERY_MS);
        continue;
      }
      const { status, body: said } = answer;
      if (status >= 400) {
        this.counts.refused++;
        journal.known({ id, outcome: 'refused', status, code: String(said['code']) });
        return answer;
      }
      const { position, version: now, events } = said as { position: number; version: number; events: string[] };
      this.counts.acknowledged++;
      journal.known({ id, outcome: 'acknowledged', status, position, version: now, events });
      if (chance.happens(0.05)) this.compare(path, said, await ask());
      return answer;
    }
    this.counts.unknown++;
    journal.known({ id, outcome: 'unknown' });
    return undefined;
  }

  private compare(path: string, first: Body, repeat: Answer | undefined): void {
    if (!repeat) return;
    this.counts.repeated++;
    if (JSON.stringify(repeat.body) !== JSON.stringify(first))
      this.options.onViolation(`${path} answered a repeat with ${JSON.stringify(repeat.body)} after ${JSON.stringify(first)}`);
  }

  private async visit(chance: Chance, signal: AbortSignal): Promise<void> {
    const clientNo = `S-${process.pid}-${this.clientNo++}`;
    const registered = await this.command(chance, '/v1/clients', aClient({ clientNo }));
    const clientId = registered?.body['id'];
    if (registered?.status !== 201) return;
    if (chance.happens(0.1)) await this.refusedAs(chance, '/v1/clients', aClient({ clientNo }), 'client-number-taken');
    const contact = { clientId, channel: 'phone', direction: 'inbound', automated: false, startedAt: '2026-03-11T09:00:00+08:00' };
    for (let stays = 1 + chance.whole(4); stays > 0 && !signal.aborted; stays--) {
      await this.command(chance, '/v1/contacts', contact);
      if (chance.happens(0.2)) await this.readBack(String(clientId));
      const request = await this.command(chance, '/v1/requests', aRequest(clientId));
      if (request?.status === 201)
        await this.command(chance, '/v1/contacts', { ...contact, direction: 'outbound', requestId: request.body['id'] });
      const complaint = await this.command(chance, '/v1/complaints', aComplaint(clientId));
      if (complaint?.status === 201) await this.answerComplaint(chance, String(complaint.body['id']));
      await sleep(chance.whole(THINK_MS));
    }
  }

  private async answerComplaint(chance: Chance, id: string): Promise<void> {
    const path = `/v1/complaints/${id}`;
    if (chance.happens(0.1)) await this.refusedAs(chance, `${path}/acknowledge`, {}, undefined, 9);
    const first = await this.command(chance, `${path}/acknowledge`, {}, 1);
    if (first?.status === 200 && chance.happens(0.5))
      await this.command(chance, `${path}/send-final-response`, { resolution: 'explanation' }, 2);
  }

  private async refusedAs(chance: Chance, path: string, body: Body, code: string | undefined, version?: number): Promise<void> {
    const answer = await this.command(chance, path, body, version);
    if (answer && answer.status < 400) this.options.onViolation(`${path} was accepted, and should have been refused: ${code ?? 'stale'}`);
  }

  /** G15: a read that names the position of a write sees it, or is answered 503. */
  private async readBack(clientId: string): Promise<void> {
    const { chance, onViolation } = this.options;
    const written = await this.command(chance, '/v1/contacts', {
      clientId,
      channel: 'phone',
      direction: 'inbound',
      automated: false,
      startedAt: '2026-03-12T09:00:00+08:00',
    });
    if (written?.status !== 201) return;
    const position = Number(written.body['position']);
    const caller = this.callers[chance.whole(this.callers.length)]!;
    const read = await caller
      .get(`/v1/clients/${clientId}/timeline?limit=100`, { 'rapport-min-position': String(position) })
      .catch(() => undefined);
    if (!read || read.status === 503 || read.status === NOT_YET_VALID) return;
    this.counts.reads++;
    const { items = [] } = read.body as { items?: { position?: number }[] };
    if (read.status !== 200 || !items.some((item) => item.position === position))
      onViolation(`a read at position ${position} was answered ${read.status} without it: ${JSON.stringify(read.body).slice(0, 300)}`);
  }
}
