import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { complaint } from '#complaints';
import { contactProblems, survey, type SurveyCommand, surveyStream } from '#contacts';
import { DomainError, newId, type Uuid } from '#event-sourcing';
import { request } from '#service-levels';
import type { CommandContext, CommandResult, Principal } from './command.js';
import { CommandRunner } from './command-runner.js';
import { create } from './transactions.js';

const refusal = DomainError.of(contactProblems);

export class RecordSurveyAnswer extends Command<CommandResult> {
  constructor(
    readonly command: SurveyCommand,
    readonly context: CommandContext,
  ) {
    super();
  }
}

@CommandHandler(RecordSurveyAnswer)
export class RecordSurveyAnswerHandler implements ICommandHandler<RecordSurveyAnswer> {
  constructor(private readonly runner: CommandRunner) {}

  execute({ command, context }: RecordSurveyAnswer): Promise<CommandResult> {
    const { about, clientId } = command;
    const checked = async (): Promise<SurveyCommand> => {
      if (about) await this.checkAbout(about, clientId, context.principal);
      return command;
    };
    return create(this.runner, survey, surveyStream(newId(), clientId), { is: 'client', clientId }, context, checked);
  }

  private async checkAbout({ kind, id }: NonNullable<SurveyCommand['about']>, clientId: Uuid, principal: Principal): Promise<void> {
    const about = await (kind === 'complaint'
      ? this.runner.originVisible(complaint, id, principal)
      : this.runner.originVisible(request, id, principal));
    if (about.clientId !== clientId) throw refusal('linked-client-differs', [`/${kind}Id`]);
  }
}
