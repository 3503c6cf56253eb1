import { createHash } from 'node:crypto';
import { Controller, Headers, Res } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import type { Principal } from '#access';
import { EditionQuery } from '#read-models';
import { handbookPage, handbookStyle } from '#service-levels';
import { languageOf } from '../problems/problem.js';
import { ReadDispatcher } from '../reads/read-dispatcher.js';
import { MinPosition } from '../requests/command-request.js';
import { Caller } from '../requests/request-context.js';
import { Asked, ReadsPage } from '../requests/routes.js';
import { EditionNumber } from './rule-documents.js';
import { HandbookPageQuestion } from './rule-views.js';

/** Nothing runs in the page and nothing is fetched for it; its one style is known by its hash. */
const styleHash = createHash('sha256').update(handbookStyle, 'utf8').digest('base64');
const CONTENT_POLICY = `default-src 'none'; style-src 'sha256-${styleHash}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`;

@ApiTags('service levels')
@Controller('v1/handbook/editions')
export class HandbookPageController {
  constructor(private readonly reads: ReadDispatcher) {}

  @ReadsPage(':edition/page', 'handbook.readPage', 'An edition as a client reads it, in Chinese or English')
  async page(
    @Caller() { branchScope }: Principal,
    @MinPosition() minPosition: number,
    @EditionNumber() edition: number,
    @Asked() question: HandbookPageQuestion,
    @Headers('accept-language') accepted: string | undefined,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<string> {
    const found = await this.reads.one({ models: ['handbook'], minPosition }, new EditionQuery(edition, branchScope));
    const { handbook, status, effectiveTo } = found;
    const language = question.language ?? languageOf(accepted);
    void reply.headers({
      'Content-Type': 'text/html; charset=utf-8',
      'Content-Security-Policy': CONTENT_POLICY,
      'Content-Language': language === 'zh' ? 'zh-CN' : 'en',
    });
    return handbookPage(handbook, { language, status, effectiveTo, zone: this.reads.zone });
  }
}
