import { runProcess } from '#telemetry';

// By STUBBORN a process that does not stop by itself (`never`), fails to (`badly`), or does (`well`, and `unheard` ends before).
const { STUBBORN: how } = process.env;
const closings: Record<string, () => Promise<void>> = {
  never: () => new Promise(() => undefined),
  badly: () => Promise.reject(new Error('a connection hangs')),
  well: () => Promise.resolve(),
};
const health = { dependencies: [], works: [] };
await runProcess({ name: 'stubborn', operationsPort: 0, stopWithinMs: 300 }, async () => ({ health, close: closings[how!]! }));
if (how === 'unheard') void Promise.reject(new Error('nobody awaits this'));
setInterval(() => undefined, 1_000);
