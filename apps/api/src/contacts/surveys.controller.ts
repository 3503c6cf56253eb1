import { Controller } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { type CommandResult, RecordSurveyAnswer } from '#application';
import { contactProblems, type SurveyCommand } from '#contacts';
import { DomainError } from '#event-sourcing';
import { type CommandRequest, NewCommand } from '../requests/command-request.js';
import { CommandDispatcher } from '../requests/command-dispatcher.js';
import { Creates, Stated } from '../requests/routes.js';
import { SurveyAnswerBody } from './survey-bodies.js';

const refusal = DomainError.of(contactProblems);

@ApiTags('contacts')
@Controller('v1/surveys')
export class SurveysController {
  constructor(private readonly commands: CommandDispatcher) {}

  @Creates('', 'survey.recordAnswer', '/v1/surveys', 'Record how satisfied a client says they are')
  record(@NewCommand() request: CommandRequest, @Stated() body: SurveyAnswerBody): Promise<CommandResult> {
    const { complaintId, requestId, answeredAt, ...stated } = body;
    if (complaintId !== undefined && requestId !== undefined) throw refusal('link-target-unclear', ['/complaintId', '/requestId']);
    const id = complaintId ?? requestId;
    const about = id === undefined ? undefined : ({ kind: complaintId === undefined ? 'request' : 'complaint', id } as const);
    const answered = this.commands.when(answeredAt ?? request.now);
    const command: SurveyCommand = {
      type: 'RecordSurveyAnswer',
      ...stated,
      now: request.now,
      answeredAt: answered,
      ...(about && { about }),
    };
    return this.commands.perform(new RecordSurveyAnswer(command, this.commands.context(request, body, answered)));
  }
}
