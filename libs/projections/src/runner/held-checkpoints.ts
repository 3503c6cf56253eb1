import { placeOf, type CheckpointMove, type StoredCheckpoint } from './checkpoint-table.js';
import { labelOf, type Projection } from './projection.js';

/** How far one projection is in one partition: what its row says, and what has been seen beyond that wrote nothing. */
export interface HeldCheckpoint {
  stored: StoredCheckpoint;
  /** At or past `stored.position`: no event between the two concerned the projection. */
  reached: number;
  cursor: string | undefined;
}

/** The checkpoints that this process holds. Those of an idle partition are moved together, and a little later. */
export class HeldCheckpoints {
  private readonly byPartition = new Map<number, Map<Projection, HeldCheckpoint>>();

  constructor(private readonly projections: readonly Projection[]) {}

  /** `stored` by the projections' labels. */
  hold(partition: number, stored: ReadonlyMap<string, StoredCheckpoint>): void {
    const held = this.projections.map((projection): [Projection, HeldCheckpoint] => {
      const row = stored.get(labelOf(projection))!;
      return [projection, { stored: row, reached: row.position, cursor: row.cursor }];
    });
    this.byPartition.set(partition, new Map(held));
  }

  drop(partition: number): void {
    this.byPartition.delete(partition);
  }

  get partitions(): number[] {
    return [...this.byPartition.keys()];
  }

  holds(partition: number): boolean {
    return this.byPartition.has(partition);
  }

  of(projection: Projection, partition: number): HeldCheckpoint {
    return this.byPartition.get(partition)!.get(projection)!;
  }

  /** The projection that is furthest behind decides where to read on. */
  lowest(partition: number): HeldCheckpoint {
    return this.projections
      .map((projection) => this.of(projection, partition))
      .reduce((low, checkpoint) => (checkpoint.reached < low.reached ? checkpoint : low));
  }

  /** Nothing up to here concerned the projection. */
  pass(projection: Projection, partition: number, reached: number, cursor: string | undefined): void {
    const checkpoint = this.of(projection, partition);
    checkpoint.reached = Math.max(checkpoint.reached, reached);
    checkpoint.cursor = cursor ?? checkpoint.cursor;
  }

  /** Moves of the rows in these partitions that lag behind what was seen, apart from those that move anyway. */
  idle(partitions: Iterable<number> = this.byPartition.keys(), moving: readonly CheckpointMove[] = []): CheckpointMove[] {
    const except = new Set(moving.map(({ projection, partition }) => placeOf(projection, partition)));
    const moves: CheckpointMove[] = [];
    for (const partition of partitions) {
      for (const projection of this.projections) {
        const checkpoint = this.of(projection, partition);
        if (checkpoint.reached <= checkpoint.stored.position || except.has(placeOf(projection, partition))) continue;
        moves.push({ projection, partition, from: checkpoint.stored, position: checkpoint.reached, cursor: checkpoint.cursor });
      }
    }
    return moves;
  }

  /** After the commit. */
  moved({ projection, partition, position, cursor }: CheckpointMove): void {
    const checkpoint = this.byPartition.get(partition)?.get(projection);
    if (!checkpoint) return;
    checkpoint.stored = { ...checkpoint.stored, position, cursor };
    checkpoint.reached = Math.max(checkpoint.reached, position);
    checkpoint.cursor = cursor;
  }
}
