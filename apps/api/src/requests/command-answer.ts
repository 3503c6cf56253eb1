import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { CommandResult } from '#application';
import { CodeField, IntegerField, member, UuidField } from '../fields/index.js';

/** What every command answers. */
export class CommandAnswer {
  @UuidField({ description: 'The aggregate, as its routes name it' })
  id: string;

  @IntegerField({ min: 0, max: Number.MAX_SAFE_INTEGER, description: 'Version of the aggregate, also as ETag' })
  version: number;

  @IntegerField({ min: 0, max: Number.MAX_SAFE_INTEGER, description: 'Position of its last event in the log, also as Rapport-Position' })
  position: number;

  @member({ type: 'array', items: { type: 'string' } }, [], {
    description: 'What happened; empty where nothing changed',
    example: ['ComplaintAcknowledged'],
  })
  events: readonly string[];

  @CodeField({ optional: true, description: 'The override asked for, where one was' })
  overrideId?: string;

  @CodeField({ optional: true, description: 'The suitability check recorded, where one was' })
  checkId?: string;

  @CodeField({ optional: true, description: 'What it found: MATCH, WARN, PROHIBITED or EXPIRED' })
  suitability?: string;

  @member({ type: 'array', items: { type: 'string' } }, [], {
    optional: true,
    description: 'What blocks an outreach; absent where nothing does',
  })
  reasons?: readonly string[];
}

/** A result with the members that its route adds to the answer. */
export type AnsweredCommand = CommandResult &
  Pick<CommandAnswer, 'overrideId' | 'checkId' | 'suitability' | 'reasons'> & {
    /** Address of what is new, where its id is not in it. */ location?: string;
  };

/** What a route of commands declares: where new aggregates of it live, '' where it makes none. */
export interface AnswerConfig {
  readonly answersAt?: string;
}

export const isCommand = ({ routeOptions }: FastifyRequest): boolean => (routeOptions.config as AnswerConfig).answersAt !== undefined;

/** Turns each command's result into its answer: status, headers, body. */
export function answerCommands(server: FastifyInstance): void {
  server.addHook('preSerialization', (request, reply, payload, done) => {
    const { answersAt } = request.routeOptions.config as AnswerConfig;
    done(null, answersAt === undefined ? payload : answer(payload as AnsweredCommand, answersAt, reply));
  });
}

function answer(
  { id, version, position, events, replayed, created, overrideId, checkId, suitability, reasons, location }: AnsweredCommand,
  at: string,
  reply: FastifyReply,
): CommandAnswer {
  void reply
    .status(created ? 201 : 200)
    .header('ETag', `"${version}"`)
    .header('Rapport-Position', String(position));
  if (replayed) void reply.header('Idempotency-Replayed', 'true');
  if (created) void reply.header('Location', location ?? `${at}/${id}`);
  const more = {
    ...(overrideId && { overrideId }),
    ...(checkId && { checkId }),
    ...(suitability && { suitability }),
    ...(reasons && { reasons }),
  };
  return { id, version, position, events, ...more };
}
