import type { QueryBus } from '@nestjs/cqrs';
import type { OpenItem } from '#clients';
import type { Uuid } from '#event-sourcing';
import type { EventStore } from '#event-store';
import { OpenItemsQuery } from '#read-models';
import type { ModelPositions } from '../reads/model-positions.js';

/** The work that goes over with a client. */
export class OpenItems {
  constructor(
    private readonly bus: QueryBus,
    private readonly positions: ModelPositions,
    private readonly store: Pick<EventStore, 'head'>,
  ) {}

  /** All that is recorded up to now; a Problem (503) where the read models are not that far, so that nothing is left behind. */
  async of(clientId: Uuid, scope: string): Promise<readonly OpenItem[]> {
    const { position } = await this.store.head();
    await this.positions.reached({ models: ['complaints', 'followUps'], minPosition: position, clientId });
    return this.bus.execute(new OpenItemsQuery(clientId, scope));
  }
}
