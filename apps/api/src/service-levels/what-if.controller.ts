import { Body, Controller } from '@nestjs/common';
import { ApiBody, ApiExtraModels, ApiTags, getSchemaPath } from '@nestjs/swagger';
import { answerWhatIfs, checkWhatIfs, whatIfEffort } from '#service-levels';
import { invalidRequest } from '../problems/problem.js';
import { Answers } from '../requests/routes.js';
import { sound } from './rule-documents.js';
import { WhatIfAnswerView } from './what-if-views.js';

/** Others wait while an answer is made; a step is a microsecond or less. */
const EFFORT_MAX = 3_000_000;

const DOCUMENTS_MAX = 1_000;

const oneOrMany = (one: object): object => ({ oneOf: [one, { type: 'array', items: one, maxItems: DOCUMENTS_MAX }] });
const document = { type: 'object', additionalProperties: true, description: 'See /contracts/what-if.schema.json' };

@ApiTags('service levels')
@ApiExtraModels(WhatIfAnswerView)
@Controller('v1/service-levels')
export class WhatIfController {
  @ApiBody({ description: 'A what-if document, or an array of them', required: true, schema: oneOrMany(document) })
  @Answers(
    'what-if',
    'serviceLevels.whatIf',
    oneOrMany({ $ref: getSchemaPath(WhatIfAnswerView) }),
    'What is promised and kept with these calendars and editions, and this course of events; of an array, in its order',
  )
  answer(@Body() body: unknown): object {
    if (Array.isArray(body) && body.length > DOCUMENTS_MAX) throw invalidRequest({ pointer: '', code: 'too-many' });
    const { documents, many } = sound(checkWhatIfs(body));
    const effort = documents.reduce((sum, one) => sum + whatIfEffort(one), 0);
    if (effort > EFFORT_MAX) throw invalidRequest({ pointer: '', code: 'too-much' });
    return answerWhatIfs({ documents, many });
  }
}
