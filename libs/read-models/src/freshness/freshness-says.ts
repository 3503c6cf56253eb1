import type { Freshness } from './freshness.js';

/** How far the read model is that is furthest behind. */
export function furthestBehind({ models }: Freshness): { eventsBehind: number; secondsBehind: number; parkedClients: number } {
  const most = (of: (model: Freshness['models'][number]) => number): number => Math.max(0, ...models.map(of));
  return {
    eventsBehind: most(({ eventsBehind }) => eventsBehind),
    secondsBehind: most(({ secondsBehind }) => secondsBehind),
    parkedClients: most(({ parkedClients }) => parkedClients),
  };
}

/** What the freshness of the read models means for who reads them. */
export function freshnessSays(freshness: Freshness): string {
  const { eventsBehind, secondsBehind, parkedClients } = furthestBehind(freshness);
  if (freshness.models.length === 0) return 'no read model has been built yet: clients, requests and complaints cannot be shown';
  const fresh =
    eventsBehind === 0
      ? 'read models are up to date'
      : `read models are ${secondsBehind} s behind: clients, requests and complaints shown may miss the last ${eventsBehind} events`;
  return parkedClients === 0 ? fresh : `${fresh}; ${parkedClients} clients are shown as they were, until a person looks at their events`;
}
