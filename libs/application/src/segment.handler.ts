import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { segment, type SegmentCommand, segmentProblems, segmentStream } from '#clients';
import { DomainError, newId, type Uuid } from '#event-sourcing';
import { applicationProblems, type CommandContext, type CommandResult, NotFound } from './command.js';
import { CommandRunner, maySee } from './command-runner.js';
import { branchOf } from './transactions.js';

const refusal = DomainError.of({ ...segmentProblems, ...applicationProblems });

/** The name of a segment in use is unique in the firm. */
export const SEGMENT_NAME = 'segmentName';

/** Saves a segment (no id: it gets one), or acts on one. */
export class ChangeSegment extends Command<CommandResult> {
  constructor(
    readonly segmentId: Uuid | undefined,
    readonly command: SegmentCommand,
    readonly context: CommandContext,
  ) {
    super();
  }
}

@CommandHandler(ChangeSegment)
export class ChangeSegmentHandler implements ICommandHandler<ChangeSegment> {
  constructor(private readonly runner: CommandRunner) {}

  execute({ segmentId, command, context }: ChangeSegment): Promise<CommandResult> {
    const { principal } = context;
    const target = { id: segmentId ?? newId(), created: command.type === 'SaveSegment' };
    const decide = async () => {
      const stream = segmentStream(target.id);
      if (command.type === 'SaveSegment') {
        const events = segment.decide(command, segment.initial);
        return { stream, version: 0, decision: { events, branchId: branchOf(principal), reservations: [nameOf(command.name)] } };
      }
      const loaded = await this.runner.load(segment, target.id);
      if (!loaded || loaded.state.status === 'none') throw new NotFound();
      // everybody may read it, but it is changed where it was saved
      if (!maySee(principal, loaded.branchId)) throw refusal('branch-not-yours');
      const events = segment.decide(command, loaded.state);
      const { name } = loaded.state;
      const renamed = command.type === 'RenameSegment' && events.length > 0 && command.name.toLowerCase() !== name.toLowerCase();
      const freed = renamed || (command.type === 'RetireSegment' && events.length > 0);
      const decision = {
        events,
        branchId: loaded.branchId,
        ...(renamed && { reservations: [nameOf(command.name)] }),
        ...(freed && { releases: [nameOf(name)] }),
      };
      return { stream, version: loaded.version, decision };
    };
    return this.runner.run(target, context, decide, () => refusal('segment-name-taken', ['/name']));
  }
}

const nameOf = (name: string) => ({ kind: SEGMENT_NAME, key: name.toLowerCase() });
