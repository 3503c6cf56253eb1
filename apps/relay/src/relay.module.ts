import { type BeforeApplicationShutdown, type DynamicModule, Injectable, Module, type OnApplicationBootstrap } from '@nestjs/common';
import { createPool } from '#database';
import { createKafka, Relay } from '#event-feed';
import { LogReader } from '#event-store';
import { createLogger } from '#telemetry';
import type { RelayConfig } from './config.js';

const log = createLogger('relay');

/** Runs the relay for as long as the application lives; a fault that no retry heals goes to `onFault`. */
@Injectable()
export class RelayService implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly stopping = new AbortController();
  private running: Promise<void> = Promise.resolve();

  constructor(
    readonly relay: Relay,
    private readonly onFault: (error: unknown) => void,
    private readonly release: () => Promise<void>,
  ) {}

  onApplicationBootstrap(): void {
    this.running = this.relay.run(this.stopping.signal).catch((error: unknown) => {
      log.fatal({ error: String(error) }, 'the relay gave up');
      this.onFault(error);
    });
  }

  async beforeApplicationShutdown(): Promise<void> {
    this.stopping.abort();
    await this.running;
    await this.release();
  }
}

@Module({})
export class RelayModule {
  static with({ databaseUrl, kafka, topic }: RelayConfig, onFault: (error: unknown) => void): DynamicModule {
    const onIdleError = (error: Error) => log.warn({ error: error.message }, 'a database connection broke');
    const pool = createPool({ url: databaseUrl, role: 'rapport_relay', max: 4, applicationName: 'rapport relay', onIdleError });
    const relay = new Relay({ pool, reader: new LogReader(pool), kafka: createKafka('rapport-relay', kafka), topic });
    const service = new RelayService(relay, onFault, () => pool.end());
    return { module: RelayModule, providers: [{ provide: RelayService, useValue: service }] };
  }
}
