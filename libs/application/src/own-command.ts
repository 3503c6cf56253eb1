import { createHash } from 'node:crypto';
import { ALL_BRANCHES, type CommandContext, type Principal } from './command.js';

/** A part of the system that acts for nobody. */
export const systemPart = (subject: string): Principal => ({ subject, role: 'system', branchScope: ALL_BRANCHES });

/** What states facts for another system: the back office, or a file that is imported. */
export const sourcePart = (subject: string): Principal => ({ subject, role: 'integrationClient', branchScope: ALL_BRANCHES });

type OwnCommand = Pick<CommandContext, 'commandId' | 'principal' | 'now'> &
  Partial<Pick<CommandContext, 'requestHash' | 'correlationId' | 'causationId' | 'occurred' | 'source'>>;

/**
 * What comes with a command that no request brought: a reaction, a message of the inbox, a row of a file. Whoever looks
 * again gives it again under the same id, also after years, so its outcome is kept for ever. `requestHash`: where the id
 * alone does not say what is asked; `correlationId`: where something else began it.
 */
export const ownCommand = ({
  commandId,
  requestHash = requestHashOf(commandId),
  correlationId = commandId,
  ...stated
}: OwnCommand): CommandContext => ({ commandId, requestHash, keepOutcome: 'forever', correlationId, ...stated });

export const requestHashOf = (asked: string): string => createHash('sha256').update(asked).digest('hex');
