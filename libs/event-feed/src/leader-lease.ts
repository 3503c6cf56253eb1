import type { Database } from '#database';
import { createLogger, within } from '#telemetry';
import { holds, stands } from './lease-metrics.js';
import { Backoff, pause } from './pause.js';

const STANDBY_POLL_MS = 500;
const PROBE_MS = 5_000;
const log = createLogger('leadership');

/** A connection that also tells of its own end. */
type Session = Awaited<ReturnType<Database['connect']>> & {
  on(event: 'error', listener: (error: Error) => void): unknown;
  removeListener(event: 'error', listener: (error: Error) => void): unknown;
};

/**
 * Runs `term` in one process at a time: an advisory lock on a session of its own chooses it, others stand by and take
 * over when that session ends. `term`'s signal aborts when the session is lost; whatever it writes must be fenced all
 * the same, since it may learn that late. Resolves when `signal` aborts; rejects with what `term` rejects with.
 */
export async function lead(
  pool: Database,
  lease: string,
  signal: AbortSignal,
  term: (signal: AbortSignal) => Promise<void>,
): Promise<void> {
  const backoff = new Backoff();
  stands(lease);
  while (!signal.aborted) {
    const session = await pool.connect().then(
      (client) => client as Session,
      (error: unknown) => void log.warn({ office: lease, error: String(error) }, 'no session to stand by for the lease'),
    );
    if (!session) {
      await backoff.wait(signal);
      continue;
    }
    const lost = new AbortController();
    const onError = () => lost.abort();
    session.on('error', onError);
    try {
      if (await elected(session, lease, AbortSignal.any([signal, lost.signal]))) {
        backoff.reset();
        log.info({ office: lease }, 'leading');
        const endTerm = holds(lease);
        const probe = setInterval(() => void within(PROBE_MS, 'probe', session.query('SELECT 1')).catch(onError), PROBE_MS);
        try {
          await term(AbortSignal.any([signal, lost.signal]));
        } finally {
          clearInterval(probe);
          endTerm();
        }
      } else {
        await backoff.wait(signal);
      }
    } finally {
      session.removeListener('error', onError);
      session.on('error', () => {});
      session.release(true); // ends the session, and the lock with it
    }
  }
}

async function elected(session: Session, lease: string, signal: AbortSignal): Promise<boolean> {
  try {
    while (!signal.aborted) {
      const { rows } = await session.query<{ won: boolean }>('SELECT pg_try_advisory_lock(hashtextextended($1, 0)) AS won', [lease]);
      if (rows[0]?.won) return true;
      await pause(STANDBY_POLL_MS, signal);
    }
  } catch (error) {
    log.warn({ office: lease, error: String(error) }, 'lost the session while standing by');
  }
  return false;
}
