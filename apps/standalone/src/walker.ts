import type { Tokens } from './people.js';

/** What a command answers, as far as the demo needs it. */
export interface Answer {
  id: string;
  version: number;
  overrideId?: string;
  checkId?: string;
}

const POLL_MS = 100;
const PATIENCE_MS = 30_000;

/** Sends commands as one of the demo's people. */
export class Walker {
  private steps = 0;

  /** `run`: makes the keys of its commands, so that a repeat of the same run changes nothing. */
  constructor(
    private readonly apiUrl: string,
    private readonly tokens: Tokens,
    readonly run: string,
  ) {}

  /** `version`: what the aggregate is at, for commands to an existing one. */
  async post(role: keyof Tokens, place: string, body: object, version?: number): Promise<Answer> {
    const headers = {
      'content-type': 'application/json',
      authorization: `Bearer ${this.tokens[role]}`,
      'idempotency-key': `walkthrough-${this.run}-${this.steps++}`,
      ...(version !== undefined && { 'if-match': `"${version}"` }),
    };
    const response = await fetch(`${this.apiUrl}${place}`, { method: 'POST', headers, body: JSON.stringify(body) });
    const text = await response.text();
    if (!response.ok) throw new Error(`the walk-through failed at ${place}: ${text}`);
    return JSON.parse(text) as Answer;
  }

  async get<T>(role: keyof Tokens, place: string): Promise<T> {
    const found = await this.look<T>(role, place);
    if (found === undefined) throw new Error(`the walk-through found nothing at ${place}`);
    return found;
  }

  /** Asks until the answer is one to go on with: what the timekeeper and the read models do takes a moment. */
  async until<T>(role: keyof Tokens, place: string, ready: (answer: T) => boolean): Promise<T> {
    for (const start = performance.now(); ; await new Promise((resolve) => setTimeout(resolve, POLL_MS))) {
      const answer = await this.look<T>(role, place);
      if (answer !== undefined && ready(answer)) return answer;
      if (performance.now() - start > PATIENCE_MS) throw new Error(`the walk-through waited in vain at ${place}`);
    }
  }

  /** Undefined where there is nothing, or nothing yet. */
  private async look<T>(role: keyof Tokens, place: string): Promise<T | undefined> {
    const response = await fetch(`${this.apiUrl}${place}`, { headers: { authorization: `Bearer ${this.tokens[role]}` } });
    const text = await response.text();
    if (response.status === 404) return undefined;
    if (!response.ok) throw new Error(`the walk-through failed at ${place}: ${text}`);
    return JSON.parse(text) as T;
  }
}
