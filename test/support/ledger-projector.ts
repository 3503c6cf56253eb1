import { ProjectionRunner } from '#projections';
import { PostgresFeed } from '#event-feed';
import { balances, faults, ledgerRegistry, openLedger, tallies } from './ledger.js';

// The ledger's projections as a process of their own, to be killed. `deadly` events end it from inside their handler.
faults.set('deadly', () => process.kill(process.pid, 'SIGKILL'));
const ledger = await openLedger(process.argv[2]!);
const runner = new ProjectionRunner({
  pool: ledger.projectorPool,
  store: ledger.reader,
  registry: ledgerRegistry,
  projections: [balances, tallies],
});
const feed = new PostgresFeed({ pool: ledger.projectorPool, group: 'ledger', reader: ledger.reader, pageSize: 50 });
await feed.run(runner, new AbortController().signal);
