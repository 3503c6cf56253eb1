import { type DynamicModule, Module } from '@nestjs/common';
import { CqrsModule } from '@nestjs/cqrs';
import type { EventStore } from '#event-store';
import type { ClientKeys } from '#privacy';
import { ChangeCalendarHandler } from './calendar.handler.js';
import { ChangeAssignmentsHandler, ChangeClientHandler } from './client.handler.js';
import { ChangeCommitmentHandler } from './commitment.handler.js';
import { CommandRunner } from './command-runner.js';
import { ChangeComplaintHandler } from './complaint.handler.js';
import { ChangeContactHandler, ChangeFollowUpHandler } from './contact.handler.js';
import { EventCodec } from './event-codec.js';
import { eventRegistry } from './event-registry.js';
import { AcknowledgeHandbookHandler, ChangeHandbookHandler, DeliverHandbookHandler } from './handbook.handler.js';
import { PlanOutreachHandler } from './outreach.handler.js';
import { ChangeRequestHandler } from './request.handler.js';
import { ChangeRiskProfileHandler } from './risk-profile.handler.js';
import { ChangeSegmentHandler } from './segment.handler.js';
import { RecordSurveyAnswerHandler } from './survey.handler.js';
import { ChangeTierHandler } from './tier.handler.js';
import { ChangeTierRulesHandler } from './tier-rules.handler.js';

export const commandHandlers = [
  ChangeClientHandler,
  ChangeAssignmentsHandler,
  ChangeContactHandler,
  ChangeFollowUpHandler,
  ChangeTierHandler,
  ChangeTierRulesHandler,
  ChangeRiskProfileHandler,
  PlanOutreachHandler,
  RecordSurveyAnswerHandler,
  ChangeSegmentHandler,
  ChangeComplaintHandler,
  ChangeRequestHandler,
  ChangeCalendarHandler,
  ChangeCommitmentHandler,
  ChangeHandbookHandler,
  AcknowledgeHandbookHandler,
  DeliverHandbookHandler,
];

/** Command handlers over one event store and one set of client keys. */
@Module({})
export class ApplicationModule {
  static over(store: EventStore, keys: ClientKeys): DynamicModule {
    const runner = new CommandRunner(store, new EventCodec(eventRegistry, keys));
    return {
      module: ApplicationModule,
      imports: [CqrsModule],
      providers: [{ provide: CommandRunner, useValue: runner }, ...commandHandlers],
      exports: [CqrsModule, CommandRunner],
    };
  }
}
