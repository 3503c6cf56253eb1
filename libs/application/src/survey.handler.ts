import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { client } from '#clients';
import { complaint } from '#complaints';
import { contactProblems, survey, type SurveyCommand, surveyStream } from '#contacts';
import { DomainError, newId, type Uuid } from '#event-sourcing';
import { request } from '#service-levels';
import type { CommandContext, CommandResult, Principal } from './command.js';
import { CommandRunner } from './command-runner.js';

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
    const target = { id: newId(), created: true };
    return this.runner.run(target, context, async () => {
      // a former client may answer as well, so a closed one is no obstacle
      const owner = await this.runner.originVisible(client, command.clientId, context.principal);
      if (command.about) await this.checkAbout(command.about, command.clientId, context.principal);
      const events = survey.decide(command, survey.initial);
      return { stream: surveyStream(target.id, command.clientId), version: 0, decision: { events, branchId: owner.branchId } };
    });
  }

  private async checkAbout({ kind, id }: NonNullable<SurveyCommand['about']>, clientId: Uuid, principal: Principal): Promise<void> {
    const about = await (kind === 'complaint'
      ? this.runner.originVisible(complaint, id, principal)
      : this.runner.originVisible(request, id, principal));
    if (about.clientId !== clientId) throw refusal('linked-client-differs', [`/${kind}Id`]);
  }
}
