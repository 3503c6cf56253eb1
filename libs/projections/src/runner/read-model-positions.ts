import type { Database } from '#database';
import { PARTITION_COUNT, partitionOf, type Uuid } from '#event-sourcing';
import { labelOf, type ProjectionId } from './projection.js';
import type { ProjectionRunner } from './projection-runner.js';

const POLL_MS = 20;
const ALL_PARTITIONS = Array.from({ length: PARTITION_COUNT }, (_, partition) => partition);

/** How fresh the read models are: a model's position is the lowest of its checkpoints. */
export class ReadModelPositions {
  private reading: Promise<Map<string, number[]>> | undefined;
  private next: Promise<Map<string, number[]>> | undefined;

  constructor(
    private readonly pool: Database,
    /** Where the projections run in this process too, it is asked first and wakes those who wait. */
    private readonly runner?: ProjectionRunner,
  ) {}

  /** Every event up to here, of all clients or of one partition, has been applied or parked. 0 where the projection never ran. */
  async positionOf(projection: ProjectionId, partition?: number): Promise<number> {
    const partitions = partition === undefined ? ALL_PARTITIONS : [partition];
    const here = this.runner?.positionOf(projection, partitions);
    if (here !== undefined) return here;
    const positions = (await this.readAll()).get(labelOf(projection));
    return positions ? Math.min(...partitions.map((at) => positions[at]!)) : 0;
  }

  /** Whether the projection reached the position in time; with `key`, it is enough that this client's partition has. */
  async waitFor(projection: ProjectionId, position: number, timeoutMs: number, key?: Uuid): Promise<boolean> {
    const partition = key === undefined ? undefined : partitionOf(key);
    const deadline = performance.now() + timeoutMs;
    for (;;) {
      if ((await this.positionOf(projection, partition)) >= position) return true;
      const leftMs = deadline - performance.now();
      if (leftMs <= 0) return false;
      await this.moved(Math.min(POLL_MS, leftMs));
    }
  }

  private moved(atMostMs: number): Promise<void> {
    return new Promise((resolve) => {
      const done = () => {
        clearTimeout(timer);
        endListening?.();
        resolve();
      };
      const timer = setTimeout(done, atMostMs);
      const endListening = this.runner?.onMoved(done);
    });
  }

  /** One query at a time for all who ask. Who asks while one runs waits for the next, which sees what was committed before. */
  private readAll(): Promise<Map<string, number[]>> {
    if (!this.reading) {
      this.reading = this.query().finally(() => (this.reading = undefined));
      return this.reading;
    }
    this.next ??= this.reading
      .catch(() => {})
      .then(() => {
        this.next = undefined;
        return this.readAll();
      });
    return this.next;
  }

  private async query(): Promise<Map<string, number[]>> {
    const { rows } = await this.pool.query<{ projection: string; version: number; partition: number; position: number }>(
      'SELECT projection, version, partition, position FROM read.checkpoints',
    );
    const positions = new Map<string, number[]>();
    for (const { projection, version, partition, position } of rows) {
      const label = labelOf({ name: projection, version });
      const own = positions.get(label) ?? new Array<number>(PARTITION_COUNT).fill(0);
      own[partition] = position;
      positions.set(label, own);
    }
    return positions;
  }
}
