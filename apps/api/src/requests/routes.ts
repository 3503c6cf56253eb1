import {
  applyDecorators,
  createParamDecorator,
  type ExecutionContext,
  Get,
  HttpCode,
  type PipeTransform,
  Post,
  Query,
  type Type,
} from '@nestjs/common';
import { ApiBearerAuth, ApiBody, ApiHeader, ApiOperation, ApiResponse } from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';
import { Permit, type Permission, rolesWith } from '#access';
import { bodyCheck, queryCheck } from '../fields/index.js';
import { type AnswerConfig, type AnsweredCommand, CommandAnswer } from './command-answer.js';
import type { QueryConfig } from './no-query.js';

const CheckedBody = createParamDecorator((check: (body: unknown) => object, context: ExecutionContext): object =>
  check(context.switchToHttp().getRequest<FastifyRequest>().body),
);

const classOf = (target: object, method: string | symbol, index: number): Type<object> =>
  (Reflect.getMetadata('design:paramtypes', target, method) as Type<object>[])[index]!;

/** Parameter of a controller method: the body, checked against the parameter's class. No pipe: those wait for a promise each. */
export const Stated = (): ParameterDecorator => (target, method, index) => {
  const type = classOf(target, method!, index);
  CheckedBody(bodyCheck(type))(target, method, index);
  ApiBody({ type })(target, method!, Object.getOwnPropertyDescriptor(target, method!)!);
};

const ASKED = Symbol('has a query');

/** Parameter of a controller method: the query, checked. */
export const Asked = (): ParameterDecorator => (target, method, index) => {
  Reflect.defineMetadata(ASKED, true, target, method!);
  Query({ transform: queryCheck(classOf(target, method!, index)) } satisfies PipeTransform)(target, method, index);
};

const answerHeaders = {
  ETag: { description: 'Version of the aggregate', schema: { type: 'string' as const } },
  'Rapport-Position': { description: 'Log position of its last event', schema: { type: 'string' as const } },
  'Idempotency-Replayed': { description: 'true where this repeats the first answer', schema: { type: 'string' as const } },
};

const idempotencyKey = ApiHeader({
  name: 'Idempotency-Key',
  required: true,
  description: 'The same key and body again is answered as the first time',
  schema: { type: 'string', minLength: 1, maxLength: 128 },
});
const ifMatch = ApiHeader({
  name: 'If-Match',
  required: true,
  description: 'The version this change is based on; "0" where there is none yet',
  schema: { type: 'string', pattern: '^"[0-9]+"$' },
});

/** Goes on a method that answers a `T`, now or later: what is published and what is answered are held together by the compiler. */
type Answering<T> = <M extends (...given: never[]) => T | Promise<T>>(
  target: object,
  method: string | symbol,
  descriptor: TypedPropertyDescriptor<M>,
) => void;

const operation = (permission: Permission, summary: string, config: AnswerConfig = {}): MethodDecorator =>
  applyDecorators(
    // what is said of parameters is said before what is said of their method
    (target, method, descriptor) =>
      Permit(permission, { ...config, asked: Reflect.hasMetadata(ASKED, target, method) } satisfies AnswerConfig & QueryConfig)(
        target,
        method,
        descriptor,
      ),
    ApiBearerAuth(),
    ApiOperation({ operationId: operationIdOf(permission), summary, description: `Roles: ${rolesWith(permission).join(', ')}.` }),
    ApiResponse({
      status: 'default',
      description: 'A problem',
      content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
    }),
  );

/** `complaint.sendFinalResponse` becomes `complaintSendFinalResponse`. */
const operationIdOf = (permission: string): string => permission.replace(/\.(.)/, (_, letter: string) => letter.toUpperCase());

/** A command that makes something new, which will live below `at`. */
export const Creates = (path: string, permission: Permission, at: string, summary: string): Answering<AnsweredCommand> =>
  applyDecorators(
    Post(path),
    HttpCode(201),
    operation(permission, summary, { answersAt: at }),
    idempotencyKey,
    ApiResponse({
      status: 201,
      type: CommandAnswer,
      headers: { ...answerHeaders, Location: { schema: { type: 'string' } } },
      description: 'Done',
    }),
  );

/** A command on what is there. */
export const Changes = (path: string, permission: Permission, summary: string): Answering<AnsweredCommand> =>
  applyDecorators(
    Post(path),
    HttpCode(200),
    operation(permission, summary, { answersAt: '' }),
    idempotencyKey,
    ifMatch,
    ApiResponse({ status: 200, type: CommandAnswer, headers: answerHeaders, description: 'Done, or nothing to change' }),
  );

/** A command that adds something beside what is there, and so names no version. */
export const Records = (path: string, permission: Permission, summary: string): Answering<AnsweredCommand> =>
  applyDecorators(
    Post(path),
    HttpCode(200),
    operation(permission, summary, { answersAt: '' }),
    idempotencyKey,
    ApiResponse({ status: 200, type: CommandAnswer, headers: answerHeaders, description: 'Done, or nothing to change' }),
  );

/** A delivery of what happened elsewhere, whose parts are answered one by one. */
export const Delivers = <T extends object>(path: string, permission: Permission, type: new () => T, summary: string): Answering<T> =>
  applyDecorators(
    Post(path),
    HttpCode(200),
    operation(permission, summary),
    idempotencyKey,
    ApiResponse({
      status: 200,
      type,
      headers: { 'Idempotency-Replayed': answerHeaders['Idempotency-Replayed'] },
      description: 'Kept; what became of each part is in the answer',
    }),
  );

const minPosition = ApiHeader({
  name: 'Rapport-Min-Position',
  required: false,
  description: 'Answer from data that has reached this log position, or 503 within 2 s',
  schema: { type: 'string', pattern: '^[0-9]+$' },
});

/** A read that answers `type`. */
export const Reads = <T extends object>(path: string, permission: Permission, type: new () => T, summary: string): Answering<T> =>
  applyDecorators(Get(path), operation(permission, summary), minPosition, ApiResponse({ status: 200, type, description: 'Found' }));

/** A read that answers a page for people. */
export const ReadsPage = (path: string, permission: Permission, summary: string): Answering<string> =>
  applyDecorators(
    Get(path),
    operation(permission, summary),
    minPosition,
    ApiResponse({ status: 200, description: 'Found', content: { 'text/html': { schema: { type: 'string' } } } }),
  );

/** A question that is answered from its body alone: it reads nothing and records nothing. */
export const Answers = (path: string, permission: Permission, schema: object, summary: string): MethodDecorator =>
  applyDecorators(Post(path), HttpCode(200), operation(permission, summary), ApiResponse({ status: 200, schema, description: 'Answered' }));

/** A read that goes on: server-sent events. */
export const Streams = (path: string, permission: Permission, summary: string): MethodDecorator =>
  applyDecorators(
    Get(path),
    operation(permission, summary),
    ApiHeader({
      name: 'Last-Event-ID',
      required: false,
      description: 'Log position to go on from: the id of the last event, or `asOfPosition` of a list',
      schema: { type: 'string', pattern: '^[0-9]{1,15}$' },
    }),
    ApiResponse({
      status: 200,
      description: 'Events, until the token expires',
      content: { 'text/event-stream': { schema: { type: 'string' } } },
    }),
  );

/** A read whose question is personal, so that it travels in the body and not in the address. */
export const Searches = <T extends object>(path: string, permission: Permission, type: new () => T, summary: string): Answering<T> =>
  applyDecorators(
    Post(path),
    HttpCode(200),
    operation(permission, summary),
    minPosition,
    ApiResponse({ status: 200, type, description: 'Found' }),
  );
