import { type BeforeApplicationShutdown, type DynamicModule, Injectable, Module, type OnApplicationBootstrap } from '@nestjs/common';
import { startTimekeeping, type Timekeeper, type Timekeeping } from '#timekeeping';
import { createLogger } from '#telemetry';
import { startTierKeeping, type TierKeeping } from '#tiering';
import type { TimekeeperConfig } from './config.js';

const log = createLogger('timekeeper');

/** Keeps time and tiers for as long as the application lives; a fault that no retry heals goes to `onFault`. */
@Injectable()
export class TimekeeperService implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private keepings: (Timekeeping | TierKeeping)[] = [];
  private clocks: Timekeeper | undefined;

  constructor(
    private readonly config: TimekeeperConfig,
    private readonly onFault: (error: unknown) => void,
  ) {}

  /** Once the application is up. */
  get timekeeper(): Timekeeper {
    return this.clocks!;
  }

  async onApplicationBootstrap(): Promise<void> {
    const onIdleError = (error: Error) => log.warn({ error: error.message }, 'a database connection broke');
    const { databaseUrl: url, firmZone, evaluateAt } = this.config;
    const timekeeping = await startTimekeeping({ url, firmZone, onIdleError });
    this.keepings = [timekeeping];
    this.clocks = timekeeping.timekeeper;
    this.keepings.push(await startTierKeeping({ url, firmZone, evaluateAt, onIdleError }));
    for (const { ended } of this.keepings) {
      ended.catch((error: unknown) => {
        log.fatal({ error: String(error) }, 'the timekeeper gave up');
        this.onFault(error);
      });
    }
  }

  async beforeApplicationShutdown(): Promise<void> {
    await Promise.all(this.keepings.map((keeping) => keeping.stop()));
  }
}

@Module({})
export class TimekeeperModule {
  static with(config: TimekeeperConfig, onFault: (error: unknown) => void): DynamicModule {
    const service = new TimekeeperService(config, onFault);
    return { module: TimekeeperModule, providers: [{ provide: TimekeeperService, useValue: service }] };
  }
}
