interface Asked<Answer> {
  key: string;
  resolve: (answer: Answer) => void;
  reject: (error: unknown) => void;
}

// While PostgreSQL answers one question, Node takes the answers of the other apart.
const UNDER_WAY_MAX = 2;
const KEYS_MAX = 64;

/**
 * Look-ups of concurrent callers in one statement, without waiting for more: what is asked while questions are under way
 * is the next question. An answer is never older than its call, for a question goes out after all that it asks for.
 */
export class GatheredLookUp<Answer> {
  private waiting: Asked<Answer>[] = [];
  private underWay = 0;
  private scheduled = false;

  /** `ask` answers in the order of its keys, which are distinct. */
  constructor(private readonly ask: (keys: readonly string[]) => Promise<readonly Answer[]>) {}

  of(key: string): Promise<Answer> {
    return new Promise((resolve, reject) => {
      this.waiting.push({ key, resolve, reject });
      this.schedule();
    });
  }

  // setImmediate: everything that is asked in this turn of the event loop joins, and nobody lingers
  private schedule(): void {
    if (this.scheduled || this.underWay >= UNDER_WAY_MAX || this.waiting.length === 0) return;
    this.scheduled = true;
    setImmediate(() => {
      this.scheduled = false;
      if (this.underWay < UNDER_WAY_MAX) void this.send(this.waiting.splice(0, KEYS_MAX));
      this.schedule();
    });
  }

  private async send(asked: readonly Asked<Answer>[]): Promise<void> {
    this.underWay++;
    try {
      await this.answer(asked);
    } finally {
      this.underWay--;
      this.schedule();
    }
  }

  private async answer(asked: readonly Asked<Answer>[]): Promise<void> {
    const keys = [...new Set(asked.map(({ key }) => key))];
    try {
      const answers = await this.ask(keys);
      const byKey = new Map(keys.map((key, i) => [key, answers[i]!]));
      for (const { key, resolve } of asked) resolve(byKey.get(key)!);
    } catch (error) {
      // one key may be what PostgreSQL refuses: its neighbours are asked for by themselves; a line that broke would fail them all
      const refused = (error as { severity?: unknown }).severity === 'ERROR';
      if (refused && keys.length > 1) await Promise.all(keys.map((key) => this.answer(asked.filter((one) => one.key === key))));
      else for (const { reject } of asked) reject(error);
    }
  }
}
