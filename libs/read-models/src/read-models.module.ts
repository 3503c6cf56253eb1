import { type DynamicModule, Module } from '@nestjs/common';
import { CqrsModule } from '@nestjs/cqrs';
import { ClientKeys, MasterKeys } from '#privacy';
import { AgeingHandler } from './queries/ageing-query.js';
import { CaseFactsHandler } from './queries/case-facts-query.js';
import { CalendarHandler, CalendarListHandler } from './queries/calendar-queries.js';
import { ClientFileHandler, ClientListHandler } from './queries/client-queries.js';
import { CommitmentChangesHandler, CommitmentHandler, CommitmentListHandler } from './queries/commitment-queries.js';
import { ComplaintFiguresHandler } from './queries/complaint-figures.js';
import { ComplaintHandler, ComplaintListHandler } from './queries/complaint-queries.js';
import { ComplianceHandler } from './queries/compliance-query.js';
import { ContactHandler, FollowUpHandler, StreamReader } from './queries/contact-queries.js';
import { EditionHandler, EditionListHandler, PresetListHandler } from './queries/handbook-queries.js';
import { DeliveriesHandler, ReadersHandler } from './queries/handbook-reader-queries.js';
import { FreshnessHandler } from './queries/freshness.js';
import { SegmentClientsHandler, SegmentCountHandler, SegmentListHandler, SegmentOfIdHandler } from './queries/segment-queries.js';
import { valueHandlers } from './queries/value/index.js';
import { OutreachHandler } from './queries/outreach-queries.js';
import { RiskProfileHandler } from './queries/risk-profile-queries.js';
import { OpenItemsHandler } from './queries/open-items.js';
import { ReadDatabase } from './queries/read-database.js';
import { RequestHandler, RequestListHandler } from './queries/request-queries.js';
import { TierFiguresHandler } from './queries/tier-figures.js';
import { TierChangesHandler, TieredClientsHandler } from './queries/tier-lists.js';
import { TierHistoryHandler } from './queries/tier-queries.js';
import { TierRulesHandler, TierRulesListHandler } from './queries/tier-rules-queries.js';
import { ClientTimelineHandler, ComplaintTimelineHandler, RequestTimelineHandler } from './queries/timeline-queries.js';

export const queryHandlers = [
  ClientFileHandler,
  ClientListHandler,
  ClientTimelineHandler,
  ComplaintTimelineHandler,
  RequestTimelineHandler,
  TierHistoryHandler,
  TierFiguresHandler,
  TieredClientsHandler,
  TierChangesHandler,
  TierRulesListHandler,
  TierRulesHandler,
  ComplaintListHandler,
  ComplaintHandler,
  ComplaintFiguresHandler,
  RequestListHandler,
  RequestHandler,
  CaseFactsHandler,
  CommitmentListHandler,
  CommitmentHandler,
  CommitmentChangesHandler,
  ComplianceHandler,
  AgeingHandler,
  OpenItemsHandler,
  CalendarListHandler,
  CalendarHandler,
  EditionListHandler,
  EditionHandler,
  PresetListHandler,
  ReadersHandler,
  DeliveriesHandler,
  ContactHandler,
  OutreachHandler,
  RiskProfileHandler,
  ...valueHandlers,
  SegmentListHandler,
  SegmentOfIdHandler,
  SegmentClientsHandler,
  SegmentCountHandler,
  FollowUpHandler,
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
