import { type DynamicModule, Module } from '@nestjs/common';
import { CqrsModule } from '@nestjs/cqrs';
import { ClientKeys, MasterKeys } from '#privacy';
import { AgeingHandler } from './cases/ageing-query.js';
import { CaseFactsHandler } from './cases/case-facts-query.js';
import { CaseRatesHandler } from './cases/case-rates-query.js';
import { CalendarHandler, CalendarListHandler } from './handbook/calendar-queries.js';
import { ClientFileHandler, ClientListHandler } from './clients/client-queries.js';
import { CommitmentChangesHandler, CommitmentHandler, CommitmentListHandler } from './commitments/commitment-queries.js';
import { ComplaintFiguresHandler } from './complaints/complaint-figures.js';
import { ComplaintHandler, ComplaintListHandler } from './complaints/complaint-queries.js';
import { ComplianceHandler } from './commitments/compliance-query.js';
import { ContactHandler, FollowUpHandler, StreamReader } from './contacts/contact-queries.js';
import { EditionHandler, EditionListHandler, PresetListHandler } from './handbook/handbook-queries.js';
import { DeliveriesHandler, ReadersHandler } from './handbook/handbook-reader-queries.js';
import { FreshnessHandler } from './freshness/freshness.js';
import { SegmentClientsHandler, SegmentCountHandler, SegmentListHandler, SegmentOfIdHandler } from './segments/segment-queries.js';
import { valueHandlers } from './value/index.js';
import { OutreachHandler } from './contacts/outreach-queries.js';
import { RiskProfileHandler } from './clients/risk-profile-queries.js';
import { OpenItemsHandler } from './clients/open-items.js';
import { ReadDatabase } from './reading/read-database.js';
import { RequestHandler, RequestListHandler } from './requests/request-queries.js';
import { TierFiguresHandler } from './tiers/tier-figures.js';
import { TierChangesHandler, TieredClientsHandler } from './tiers/tier-lists.js';
import { TierHistoryHandler } from './tiers/tier-queries.js';
import { TierRulesHandler, TierRulesListHandler } from './tiers/tier-rules-queries.js';
import { ClientTimelineHandler, ComplaintTimelineHandler, RequestTimelineHandler } from './timeline/timeline-queries.js';

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
  CaseRatesHandler,
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
