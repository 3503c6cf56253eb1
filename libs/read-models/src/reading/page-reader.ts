import { PipelinedConnection, type PipelinedOptions, sentTogether } from '#database';
import { type NamedColumn, READ_SCHEMA, type RowTable } from '#projections';

/** Prepared once a connection, under its name. */
export interface PreparedStatement {
  name: string;
  text: string;
}

export interface Asked extends PreparedStatement {
  values: unknown[];
}

const CONNECTIONS = 4;
const ANSWER_TIMEOUT_MS = 12_000; // the server's own limit comes first; this one is for a line that went dead

/**
 * Short reads that people wait for, in one round trip each: the transaction, its scope, its statements and its end are sent
 * together, and those of other readers behind them on the same few connections. The scope is the transaction's own, so
 * the next one begins without any; a statement that fails fails its transaction alone.
 */
export class PageReader {
  private readonly lines: { connection: PipelinedConnection; underWay: number }[];

  constructor(options: Omit<PipelinedOptions, 'answerTimeoutMs'>) {
    this.lines = Array.from({ length: CONNECTIONS }, () => ({
      connection: new PipelinedConnection({ ...options, answerTimeoutMs: ANSWER_TIMEOUT_MS }),
      underWay: 0,
    }));
  }

  /** Rows of each statement, in order, as one branch sees them, or all (`*`). */
  async read(scope: string, statements: readonly Asked[]): Promise<object[][]> {
    const line = this.lines.reduce((least, one) => (one.underWay < least.underWay ? one : least));
    line.underWay++;
    try {
      const client = await line.connection.open();
      const answers = sentTogether(client, () => [
        client.query('BEGIN ISOLATION LEVEL READ COMMITTED READ ONLY'),
        client.query({ name: 'scope', text: "SELECT set_config('app.branch', $1, true)", values: [scope] }),
        ...statements.map((statement) => client.query(statement)),
        client.query('COMMIT'),
      ]);
      const results = await Promise.all(answers);
      return results.slice(2, -1).map((result) => result.rows as object[]);
    } catch (error) {
      // anything but a refused statement is a line that breaks, which its client may be told of a little later
      if ((error as { severity?: unknown }).severity !== 'ERROR') line.connection.forget();
      throw error;
    } finally {
      line.underWay--;
    }
  }

  async end(): Promise<void> {
    await Promise.all(this.lines.map(({ connection }) => connection.end()));
  }
}

/** Reads rows whole for a statement of a page: connections of ours give values the forms that rows have, PostgreSQL need not. */
export const pageSelect = <Row extends object>({ table, columns }: RowTable<Row>): string => {
  const read = Object.entries<NamedColumn>(columns).map(([member, { name }]) => `${name} AS "${member}"`);
  return `SELECT ${read.join(', ')} FROM ${READ_SCHEMA}.${table}`;
};
