import { type BeforeApplicationShutdown, type DynamicModule, Injectable, Module, type OnApplicationBootstrap } from '@nestjs/common';
import { eventRegistry } from '#application';
import { createPool } from '#database';
import { createKafka, type Feed, KafkaFeed, PostgresFeed } from '#event-feed';
import { LogReader } from '#event-store';
import { ClientKeys, MasterKeys } from '#privacy';
import { allProjections } from '#read-models';
import { ProjectionRunner } from '#projections';
import { createLogger } from '#telemetry';
import type { ProjectorConfig } from './config.js';

const GROUP = 'rapport-projector';
const log = createLogger('projector');

/** Runs the projections for as long as the application lives; a fault that no retry heals goes to `onFault`. */
@Injectable()
export class ProjectorService implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly stopping = new AbortController();
  private running: Promise<void> = Promise.resolve();

  constructor(
    readonly runner: ProjectionRunner,
    private readonly feed: Feed,
    private readonly onFault: (error: unknown) => void,
    private readonly release: () => Promise<void> = async () => {},
  ) {}

  onApplicationBootstrap(): void {
    this.running = this.feed.run(this.runner, this.stopping.signal).catch((error: unknown) => {
      log.fatal({ error: String(error) }, 'the feed gave up');
      this.onFault(error);
    });
  }

  async beforeApplicationShutdown(): Promise<void> {
    this.stopping.abort();
    await this.running;
    await this.runner.close();
    await this.release();
  }
}

@Module({})
export class ProjectorModule {
  static with(config: ProjectorConfig, onFault: (error: unknown) => void): DynamicModule {
    const onIdleError = (error: Error) => log.warn({ error: error.message }, 'a database connection broke');
    const pool = createPool({
      url: config.databaseUrl,
      role: 'rapport_projector',
      max: 6,
      applicationName: 'rapport projector',
      onIdleError,
    });
    const reader = new LogReader(pool);
    const master = MasterKeys.load(config.masterKeyFile);
    const projections = allProjections({ registry: eventRegistry, keys: new ClientKeys(pool, master), master, firmZone: config.firmZone });
    const runner = new ProjectionRunner({ pool, store: reader, registry: eventRegistry, projections });
    const feed: Feed =
      config.feed.kind === 'postgres'
        ? new PostgresFeed({ pool, group: GROUP, reader })
        : new KafkaFeed({ database: pool, kafka: createKafka(GROUP, config.feed.kafka), topic: config.feed.topic, group: GROUP });
    return ProjectorModule.over(new ProjectorService(runner, feed, onFault, () => pool.end()));
  }

  /** For a process that runs other parts too, and shares their pool and their news of appends. */
  static over(service: ProjectorService): DynamicModule {
    return { module: ProjectorModule, providers: [{ provide: ProjectorService, useValue: service }], exports: [ProjectorService] };
  }
}
