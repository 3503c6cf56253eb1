import { type DynamicModule, Module } from '@nestjs/common';
import { CqrsModule } from '@nestjs/cqrs';
import { ClientKeys, MasterKeys } from '#privacy';
import { caseRateQueries } from './case-rates/index.js';
import { StreamReader } from './contacts/index.js';
import { FreshnessHandler } from './freshness/index.js';
import { openWorkQueries } from './open-work/index.js';
import { readModels } from './read-models.js';
import { ReadDatabase } from './reading/read-database.js';
import { TierHistoryHandler } from './tiers/index.js';
import { valueQueries } from './value/index.js';

/** Those of one read model stand with it. */
const queryHandlers = [
  ...readModels.flatMap(({ queries }) => queries),
  ...openWorkQueries,
  ...caseRateQueries,
  ...valueQueries,
  FreshnessHandler,
];

/** Query handlers over one read database. */
@Module({})
export class ReadModelsModule {
  static over(database: ReadDatabase, keys: ClientKeys, master: MasterKeys): DynamicModule {
    const parts = [
      { provide: ReadDatabase, useValue: database },
      { provide: ClientKeys, useValue: keys },
      { provide: MasterKeys, useValue: master },
      { provide: StreamReader, useValue: new StreamReader(database, keys) },
    ];
    return {
      module: ReadModelsModule,
      imports: [CqrsModule],
      providers: [...parts, ...queryHandlers],
      exports: [CqrsModule, ReadDatabase, TierHistoryHandler],
    };
  }
}
