import { type BeforeApplicationShutdown, type DynamicModule, Injectable, Module, type OnApplicationBootstrap } from '@nestjs/common';
import { startTimekeeping, type Timekeeping } from '#application';
import { createLogger } from '#telemetry';
import type { TimekeeperConfig } from './config.js';

const log = createLogger('timekeeper');

/** Keeps time for as long as the application lives; a fault that no retry heals goes to `onFault`. */
@Injectable()
export class TimekeeperService implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private timekeeping: Timekeeping | undefined;

  constructor(
    private readonly config: TimekeeperConfig,
    private readonly onFault: (error: unknown) => void,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    const onIdleError = (error: Error) => log.warn({ error: error.message }, 'a database connection broke');
    this.timekeeping = await startTimekeeping({ url: this.config.databaseUrl, firmZone: this.config.firmZone, onIdleError });
    this.timekeeping.ended.catch((error: unknown) => {
      log.fatal({ error: String(error) }, 'the timekeeper gave up');
      this.onFault(error);
    });
  }

  async beforeApplicationShutdown(): Promise<void> {
    await this.timekeeping?.stop();
  }
}

@Module({})
export class TimekeeperModule {
  static with(config: TimekeeperConfig, onFault: (error: unknown) => void): DynamicModule {
    const service = new TimekeeperService(config, onFault);
    return { module: TimekeeperModule, providers: [{ provide: TimekeeperService, useValue: service }] };
  }
}
