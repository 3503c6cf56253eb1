import { Body, Controller, Res } from '@nestjs/common';
import { ApiBody, ApiExtraModels, ApiTags, getSchemaPath } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import type { FormatFault } from '#service-levels';
import { invalidRequest } from '../problems/problem.js';
import { Expensive } from '../requests/expensive-reads.js';
import { Answers } from '../requests/routes.js';
import { sound } from './rule-documents.js';
import { WhatIfThread } from './what-if-thread.js';
import { WhatIfAnswerView } from './what-if-views.js';

/** A step is a microsecond or less. */
const EFFORT_MAX = 3_000_000;

const DOCUMENTS_MAX = 1_000;

const oneOrMany = (one: object): object => ({ oneOf: [one, { type: 'array', items: one, maxItems: DOCUMENTS_MAX }] });
const document = { type: 'object', additionalProperties: true, description: 'See /contracts/what-if.schema.json' };

@ApiTags('service levels')
@ApiExtraModels(WhatIfAnswerView)
@Controller('v1/service-levels')
export class WhatIfController {
  constructor(private readonly thread: WhatIfThread) {}

  @ApiBody({ description: 'A what-if document, or an array of them', required: true, schema: oneOrMany(document) })
  @Expensive()
  @Answers(
    'what-if',
    'serviceLevels.whatIf',
    oneOrMany({ $ref: getSchemaPath(WhatIfAnswerView) }),
    'What is promised and kept with these calendars and editions, and this course of events; of an array, in its order',
  )
  async answer(@Body() body: unknown, @Res({ passthrough: true }) reply: FastifyReply): Promise<string> {
    if (Array.isArray(body) && body.length > DOCUMENTS_MAX) throw invalidRequest({ pointer: '', code: 'too-many' });
    const { answer } = sound((await this.thread.answer(body, EFFORT_MAX)) as { answer: string } | { faults: FormatFault[] });
    void reply.type('application/json; charset=utf-8');
    return answer;
  }
}
