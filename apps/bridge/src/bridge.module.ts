import { type BeforeApplicationShutdown, type DynamicModule, Injectable, Module, type OnApplicationBootstrap } from '@nestjs/common';
import { type Bridge, startBridge } from '#bridge';
import { MasterKeys } from '#privacy';
import { createLogger } from '#telemetry';
import type { BridgeConfig } from './config.js';

const log = createLogger('bridge');

/** Runs the bridge for as long as the application lives; a fault that no retry heals goes to `onFault`. */
@Injectable()
export class BridgeService implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private bridge: Bridge | undefined;

  constructor(
    private readonly config: BridgeConfig,
    private readonly onFault: (error: unknown) => void,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    const { databaseUrl: url, masterKeyFile, firmZone, kafka: connection, ...topics } = this.config;
    const onIdleError = (error: Error) => log.warn({ error: error.message }, 'a database connection broke');
    this.bridge = await startBridge({
      url,
      master: MasterKeys.load(masterKeyFile),
      firmZone,
      kafka: { connection, ...topics },
      onIdleError,
    });
    this.bridge.ended.catch((error: unknown) => {
      log.fatal({ error: String(error) }, 'the bridge gave up');
      this.onFault(error);
    });
  }

  async beforeApplicationShutdown(): Promise<void> {
    await this.bridge?.stop();
  }
}

@Module({})
export class BridgeModule {
  static with(config: BridgeConfig, onFault: (error: unknown) => void): DynamicModule {
    const service = new BridgeService(config, onFault);
    return { module: BridgeModule, providers: [{ provide: BridgeService, useValue: service }] };
  }
}
