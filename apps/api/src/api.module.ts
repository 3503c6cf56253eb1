import { type DynamicModule, Module, type Type } from '@nestjs/common';
import { CommandBus, CqrsModule, QueryBus } from '@nestjs/cqrs';
import { ApplicationModule, eventRegistry } from '#application';
import { DeadlineExplainer, RulesReader } from '#timekeeping';
import { BackOffice } from '#bridge';
import type { Database } from '#database';
import { EventStore } from '#event-store';
import { type ClientKeys, type MasterKeys, RequestHasher } from '#privacy';
import { type ReadDatabase, ReadModelsModule } from '#read-models';
import { type ReadModelPositions } from '#projections';
import { Zone } from '#service-levels';
import { BookHandler, TierRunsHandler, TierWhyHandler } from '#tiering';
import { AssignmentsController } from './clients/assignments.controller.js';
import { RiskProfileController } from './clients/risk-profile.controller.js';
import { BackOfficeController } from './back-office/back-office.controller.js';
import { BackOfficeReadsController } from './back-office/back-office-reads.controller.js';
import { ClaimsController } from './back-office/claims.controller.js';
import { SourcesController } from './back-office/sources.controller.js';
import { ClientReadsController } from './clients/client-reads.controller.js';
import { ClientsController } from './clients/clients.controller.js';
import { OpenItems } from './clients/open-items.js';
import { ComplaintReadsController } from './complaints/complaint-reads.controller.js';
import { ComplaintsController } from './complaints/complaints.controller.js';
import { ContactsController } from './contacts/contacts.controller.js';
import { SurveysController } from './contacts/surveys.controller.js';
import { OutreachController } from './contacts/outreach.controller.js';
import { FollowUpsController } from './contacts/follow-ups.controller.js';
import { FreshnessController } from './operations/freshness.controller.js';
import { HealthController, Readiness, type ReadyCheck } from './operations/health.controller.js';
import { ProblemPagesController } from './problems/problem-pages.controller.js';
import { Cursors } from './reads/cursors.js';
import { ModelPositions } from './reads/model-positions.js';
import { ReadDispatcher } from './reads/read-dispatcher.js';
import { CommandDispatcher } from './requests/command-dispatcher.js';
import { CommitmentReadsController } from './service-levels/commitment-reads.controller.js';
import { CommitmentsController } from './service-levels/commitments.controller.js';
import { Deadlines } from './service-levels/deadlines.js';
import { FiguresController } from './service-levels/figures.controller.js';
import { LiveController } from './service-levels/live.controller.js';
import { LiveHub } from './service-levels/live-hub.js';
import { RehearsalController } from './service-levels/rehearsal.controller.js';
import { RequestReadsController } from './service-levels/request-reads.controller.js';
import { CalendarsController } from './service-levels/calendars.controller.js';
import { HandbookController } from './service-levels/handbook.controller.js';
import { HandbookPageController } from './service-levels/handbook-page.controller.js';
import { HandbookReadsController } from './service-levels/handbook-reads.controller.js';
import { RequestsController } from './service-levels/requests.controller.js';
import { WhatIfThread } from './service-levels/what-if-thread.js';
import { WhatIfController } from './service-levels/what-if.controller.js';
import { TierReadsController } from './tiers/tier-reads.controller.js';
import { TierRulesController } from './tiers/tier-rules.controller.js';
import { TierWhatIfController } from './tiers/tier-what-if.controller.js';
import { TiersController } from './tiers/tiers.controller.js';
import { ClientValueController } from './value/client-value.controller.js';
import { SegmentsController } from './value/segments.controller.js';
import { ValueController } from './value/value.controller.js';

/** What the API works on. Whoever makes these also closes them. */
export interface ApiParts {
  store: EventStore;
  /** With the API's rights, and apart from the pool that `keys` ask. */
  database: Database;
  keys: ClientKeys;
  master: MasterKeys;
  reads: ReadDatabase;
  /** How far the read models are; reads that name a position wait on it. */
  positions: ReadModelPositions;
  /** Rejects while something that requests need is away. */
  ready: ReadyCheck;
  /** IANA zone of the firm. */
  zone: string;
  /** How often those who listen are looked up news for, default 500 ms. */
  livePollMs?: number;
  /** Further modules whose routes are served beside these, under the same rules. */
  modules?: readonly Type[];
}

@Module({})
export class ApiModule {
  static over({ store, database, keys, master, reads, positions, ready, zone, livePollMs, modules = [] }: ApiParts): DynamicModule {
    const models = new ModelPositions(positions);
    const rules = new RulesReader(store, eventRegistry);
    const explainer = new DeadlineExplainer(store, eventRegistry, rules, Zone.of(zone));
    return {
      module: ApiModule,
      imports: [CqrsModule, ApplicationModule.over(store, keys), ReadModelsModule.over(reads, keys, master), ...modules],
      controllers: [
        ClientsController,
        ClientReadsController,
        AssignmentsController,
        TiersController,
        TierRulesController,
        TierReadsController,
        TierWhatIfController,
        RiskProfileController,
        OutreachController,
        SurveysController,
        ClientValueController,
        ValueController,
        SegmentsController,
        ContactsController,
        FollowUpsController,
        ComplaintsController,
        ComplaintReadsController,
        RequestsController,
        CalendarsController,
        HandbookController,
        HandbookReadsController,
        HandbookPageController,
        RequestReadsController,
        CommitmentsController,
        CommitmentReadsController,
        FiguresController,
        LiveController,
        RehearsalController,
        WhatIfController,
        BackOfficeController,
        BackOfficeReadsController,
        SourcesController,
        ClaimsController,
        FreshnessController,
        HealthController,
        ProblemPagesController,
      ],
      providers: [
        {
          provide: CommandDispatcher,
          inject: [CommandBus],
          useFactory: (bus: CommandBus) => new CommandDispatcher(bus, new RequestHasher(master), zone),
        },
        {
          provide: ReadDispatcher,
          inject: [QueryBus],
          useFactory: (bus: QueryBus) => new ReadDispatcher(bus, models, new Cursors(master), zone),
        },
        { provide: OpenItems, inject: [QueryBus], useFactory: (bus: QueryBus) => new OpenItems(bus, models, store) },
        { provide: BackOffice, useValue: new BackOffice({ database, store, keys, zone }) },
        { provide: RequestHasher, useValue: new RequestHasher(master) },
        { provide: Cursors, useValue: new Cursors(master) },
        { provide: RulesReader, useValue: rules },
        { provide: DeadlineExplainer, useValue: explainer },
        { provide: Deadlines, inject: [QueryBus], useFactory: (bus: QueryBus) => new Deadlines(rules, explainer, bus) },
        WhatIfThread,
        TierWhyHandler,
        BookHandler,
        TierRunsHandler,
        {
          provide: LiveHub,
          inject: [QueryBus, Deadlines],
          useFactory: (bus: QueryBus, deadlines: Deadlines) => new LiveHub(bus, deadlines, { pollMs: livePollMs }),
        },
        { provide: EventStore, useValue: store },
        { provide: Readiness, useValue: new Readiness(ready) },
      ],
    };
  }
}
