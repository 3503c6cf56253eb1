import { Controller, Res } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import type { Principal } from '#access';
import type { Uuid } from '#event-sourcing';
import { DeliveriesQuery, EditionListQuery, EditionQuery, PresetListQuery, ReadersQuery } from '#read-models';
import { regulatoryPresets } from '#service-levels';
import { ReadDispatcher } from '../reads/read-dispatcher.js';
import { MinPosition } from '../requests/command-request.js';
import { Id } from '../requests/id-param.js';
import { Caller } from '../requests/request-context.js';
import { Asked, Reads } from '../requests/routes.js';
import { EditionNumber } from './rule-documents.js';
import { DeliveriesView, EditionAnswer, EditionsView, PresetsView, ReadersPageView, ReadersQuestion } from './rule-views.js';

@ApiTags('service levels')
@Controller('v1')
export class HandbookReadsController {
  constructor(private readonly reads: ReadDispatcher) {}

  @Reads('handbook/editions', 'handbook.list', EditionsView, 'Every edition of the handbook, newest first')
  list(@Caller() { branchScope }: Principal, @MinPosition() minPosition: number) {
    return this.reads.one({ models: ['handbook'], minPosition }, new EditionListQuery(branchScope));
  }

  @Reads('handbook/editions/:edition', 'handbook.read', EditionAnswer, 'One edition with its promises and sections')
  one(@Caller() { branchScope }: Principal, @MinPosition() minPosition: number, @EditionNumber() edition: number) {
    return this.reads.one({ models: ['handbook'], minPosition }, new EditionQuery(edition, branchScope));
  }

  @Reads(
    'handbook/editions/:edition/acknowledgements',
    'handbook.readAcknowledgements',
    ReadersPageView,
    'Who has acknowledged it, and who has not',
  )
  readers(
    @Caller() principal: Principal,
    @MinPosition() minPosition: number,
    @EditionNumber() edition: number,
    @Asked() question: ReadersQuestion,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    const { limit, cursor, acknowledged } = question;
    const models = ['handbook' as const, 'handbookReaders' as const, 'staffSeen' as const];
    const asked = { limit, cursor, list: `readers of edition ${edition}`, filter: { acknowledged }, principal, models, minPosition };
    const only = acknowledged === undefined ? undefined : acknowledged === 'yes';
    return this.reads.page(asked, reply, (page) => new ReadersQuery(edition, principal.branchScope, only, page));
  }

  @Reads('handbook/presets', 'preset.list', PresetsView, 'Regulatory presets that ship, and what was switched on or off')
  async presets(@Caller() { branchScope }: Principal, @MinPosition() minPosition: number) {
    const { items: switched, ...rest } = await this.reads.one({ models: ['handbook'], minPosition }, new PresetListQuery(branchScope));
    const known = regulatoryPresets.map((preset) => ({
      ...preset,
      switched: switched.find((one) => one.presetId === preset.presetId) ?? null,
    }));
    return { ...rest, items: known };
  }

  @Reads('clients/:clientId/handbook-deliveries', 'handbook.readDeliveries', DeliveriesView, 'Editions that a client was given')
  deliveries(@Caller() { branchScope }: Principal, @MinPosition() minPosition: number, @Id('clientId') clientId: Uuid) {
    return this.reads.one({ models: ['handbookReaders'], minPosition }, new DeliveriesQuery(clientId, branchScope));
  }
}
