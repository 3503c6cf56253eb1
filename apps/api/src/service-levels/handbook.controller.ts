import { Controller } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { AcknowledgeHandbook, ChangeHandbook, type CommandResult, DeliverHandbook, type HandbookRequest, NotFound } from '#application';
import type { Uuid } from '#event-sourcing';
import { type AcknowledgementCommand, checkEdition, type DeliveryCommand, regulatoryPresets } from '#service-levels';
import { instantOf } from '../fields/index.js';
import { ChangeCommand, type CommandRequest, NewCommand } from '../requests/command-request.js';
import { CommandDispatcher } from '../requests/command-dispatcher.js';
import { Id } from '../requests/id-param.js';
import { Changes, Records, Stated } from '../requests/routes.js';
import {
  AcknowledgeEditionBody,
  ApproveEditionBody,
  DeliverEditionBody,
  PublishEditionBody,
  RetireEditionBody,
  SwitchOffPresetBody,
  SwitchOnPresetBody,
} from './rule-bodies.js';
import { DocumentBody, EditionNumber, PresetId, sound } from './rule-documents.js';

/** What the firm promises. All editions and presets are one handbook with one version, "0" before the first draft. */
@ApiTags('service levels')
@Controller('v1')
export class HandbookController {
  constructor(private readonly commands: CommandDispatcher) {}

  @Changes('handbook/editions', 'handbook.draft', 'Draft an edition, or replace its draft')
  draft(@ChangeCommand() request: CommandRequest, @DocumentBody('An edition, as in what-if documents') body: object) {
    const { edition: handbook } = sound(checkEdition(body));
    return this.change(request, body, { type: 'DraftEdition', handbook, draftedBy: request.principal.subject });
  }

  @Changes('handbook/editions/:edition/approve', 'handbook.approve', 'Approve a draft as another person')
  approve(@ChangeCommand() request: CommandRequest, @EditionNumber() edition: number, @Stated() body: ApproveEditionBody) {
    return this.change(request, body, { type: 'ApproveEdition', edition, approvedBy: request.principal.subject });
  }

  @Changes('handbook/editions/:edition/publish', 'handbook.publish', 'Publish an approved edition')
  publish(@ChangeCommand() request: CommandRequest, @EditionNumber() edition: number, @Stated() body: PublishEditionBody) {
    const effectiveFrom = body.effectiveFrom === undefined ? {} : { effectiveFrom: instantOf(body.effectiveFrom) };
    return this.change(request, body, { type: 'PublishEdition', edition, publishedBy: request.principal.subject, ...effectiveFrom });
  }

  @Changes('handbook/editions/:edition/retire', 'handbook.retire', 'End an edition')
  retire(@ChangeCommand() request: CommandRequest, @EditionNumber() edition: number, @Stated() body: RetireEditionBody) {
    return this.change(request, body, { type: 'RetireEdition', edition, at: instantOf(body.at), retiredBy: request.principal.subject });
  }

  @Changes('handbook/presets/:presetId/switch-on', 'preset.switchOn', 'Confirm a regulatory preset and switch it on')
  switchOn(@ChangeCommand() request: CommandRequest, @PresetId() presetId: string, @Stated() body: SwitchOnPresetBody) {
    const { title, promises } = presetOf(presetId);
    const stated = { effectiveFrom: instantOf(body.effectiveFrom), confirmation: body.confirmation };
    return this.change(request, body, {
      type: 'SwitchOnPreset',
      presetId,
      title,
      promises,
      ...stated,
      switchedOnBy: request.principal.subject,
    });
  }

  @Changes('handbook/presets/:presetId/switch-off', 'preset.switchOff', 'Switch a regulatory preset off')
  switchOff(@ChangeCommand() request: CommandRequest, @PresetId() presetId: string, @Stated() body: SwitchOffPresetBody) {
    presetOf(presetId);
    const stated = { at: instantOf(body.at), note: body.note };
    return this.change(request, body, { type: 'SwitchOffPreset', presetId, ...stated, switchedOffBy: request.principal.subject });
  }

  @Records('handbook/editions/:edition/acknowledge', 'handbook.acknowledge', 'Say that you have read a published edition')
  acknowledge(@NewCommand() request: CommandRequest, @EditionNumber() edition: number, @Stated() body: AcknowledgeEditionBody) {
    const { principal, now } = request;
    const command: AcknowledgementCommand = { type: 'AcknowledgeEdition', edition, staffId: principal.subject, acknowledgedAt: now };
    return this.commands.perform(new AcknowledgeHandbook(command, this.commands.context(request, body)));
  }

  @Records('clients/:clientId/handbook-deliveries', 'handbook.deliver', 'Record that a client was given a published edition')
  deliver(@NewCommand() request: CommandRequest, @Id('clientId') clientId: Uuid, @Stated() body: DeliverEditionBody) {
    const { occurredAt, ...stated } = body;
    const { now } = request;
    const at = this.commands.occurred(occurredAt, now);
    const command: DeliveryCommand = { type: 'DeliverEdition', clientId, ...stated, deliveredAt: at.at, now };
    return this.commands.perform(new DeliverHandbook(clientId, command, this.commands.context(request, body, at)));
  }

  private change(request: CommandRequest, body: object, command: HandbookRequest): Promise<CommandResult> {
    return this.commands.perform(new ChangeHandbook(command, this.commands.context(request, body)));
  }
}

function presetOf(presetId: string): (typeof regulatoryPresets)[number] {
  const preset = regulatoryPresets.find((one) => one.presetId === presetId);
  if (!preset) throw new NotFound();
  return preset;
}
