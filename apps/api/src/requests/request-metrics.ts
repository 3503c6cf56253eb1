import type { Command } from '@nestjs/cqrs';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { CommandResult } from '#application';
import { counter, histogram, SECONDS } from '#telemetry';
import { problemOf } from '../problems/problem-of.js';

const requests = histogram(
  'rapport_http_request_duration_seconds',
  'From a request’s arrival to the end of its answer, by route and never by address.',
  SECONDS,
  ['method', 'route', 'status'],
);
const commands = counter(
  'rapport_commands_total',
  'Commands of people and systems: accepted, replayed (the first answer again), or the code of the problem.',
  ['command', 'code'],
);

/** A route as it is declared. What matches none is one route: the address is the caller's to invent, or names somebody. */
export const routeOf = ({ is404, routeOptions }: FastifyRequest): string => (is404 ? 'none' : (routeOptions.url ?? 'none'));

/** Times every request. */
export function measureRequests(server: FastifyInstance): void {
  server.addHook('onResponse', (request, reply, done) => {
    const method = request.is404 ? 'none' : request.method;
    requests.observe({ method, route: routeOf(request), status: String(reply.statusCode) }, reply.elapsedTime / 1_000);
    done();
  });
}

/** Counts how a command ended. */
export async function countCommand<R extends CommandResult>(command: Command<R>, run: () => Promise<R>): Promise<R> {
  const name = nameOf(command);
  try {
    const result = await run();
    commands.inc({ command: name, code: result.replayed ? 'replayed' : 'accepted' });
    return result;
  } catch (error) {
    commands.inc({ command: name, code: problemOf(error)?.code ?? 'internal' });
    throw error;
  }
}

/** As the domain calls it, e.g. `AcknowledgeComplaint`; of a command that is not the domain's, its class. */
function nameOf(command: object): string {
  const decided = 'command' in command ? (command.command as { type?: unknown } | null)?.type : undefined;
  return typeof decided === 'string' ? decided : command.constructor.name;
}
