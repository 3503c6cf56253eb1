import { type JsonSchema, messageSchemas } from '#back-office';
import { ladder, overrideModes } from '#tiers';

export const TIER_CHANGES_TOPIC = 'rapport.tier-changes';
export const BACK_OFFICE_TOPIC = 'rapport.back-office';

const uuid: JsonSchema = { type: 'string', format: 'uuid' };
const date: JsonSchema = { type: 'string', format: 'date' };
const dateOrNull: JsonSchema = { type: ['string', 'null'], format: 'date' };
const tier: JsonSchema = { type: 'string', enum: [...ladder] };
const position = (minimum: number, description: string): JsonSchema => ({
  type: 'integer',
  minimum,
  maximum: Number.MAX_SAFE_INTEGER,
  description,
});

const head: Record<string, JsonSchema> = {
  schemaVersion: { const: 1 },
  id: { ...uuid, description: 'The same in every copy of the message.' },
  clientId: { ...uuid, description: 'A pseudonym: neither a client number nor a name.' },
  position: position(1, 'Position in the log; ascends in each partition but for copies.'),
  previousPosition: position(0, 'Of the message before in this partition, 0 before the first: above what you have, you miss one.'),
  recordedAt: { type: 'string', format: 'date-time' },
};

const variant = (kinds: readonly string[], description: string, more: Record<string, JsonSchema>): JsonSchema => ({
  type: 'object',
  description,
  additionalProperties: false,
  required: [...Object.keys(head), 'kind', ...Object.keys(more)],
  properties: { ...head, kind: { enum: kinds }, ...more },
});

const interval: JsonSchema = {
  type: 'object',
  additionalProperties: false,
  required: ['tier', 'validFrom', 'validTo'],
  properties: { tier, validFrom: date, validTo: { ...dateOrNull, description: 'The first day it no longer holds; null: open.' } },
};

/** JSON Schema 2020-12 of a message of `rapport.tier-changes`. */
export const tierChangeSchema: JsonSchema = {
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  $id: 'https://rapport.invalid/contracts/tier-changes/tier-change.schema.json',
  title: 'tierChange',
  description: 'A client’s service tier has changed, or turns out to have been another. Dates are local dates of the firm.',
  oneOf: [
    variant(['initialised'], 'The client has a tier from now on.', { tier, effectiveFrom: date }),
    variant(['promoted', 'demoted'], 'By the rules, from `effectiveFrom` on.', {
      from: tier,
      tier,
      effectiveFrom: date,
      ruleVersion: { type: ['string', 'null'], description: 'Of the published rules that decided.' },
    }),
    variant(['corrected'], 'These tiers held in these intervals, whatever was told before.', {
      intervals: { type: 'array', minItems: 1, items: interval },
    }),
    variant(['overrideApproved'], 'floor: at least this tier; pin: this tier, in `[effectiveFrom, effectiveTo)`.', {
      overrideId: uuid,
      mode: { type: 'string', enum: [...overrideModes] },
      tier,
      effectiveFrom: date,
      effectiveTo: dateOrNull,
    }),
    variant(['overrideRevoked', 'overrideExpired'], 'From `effectiveFrom` on the override does not hold: the tier by the rules does.', {
      overrideId: uuid,
      effectiveFrom: date,
    }),
  ],
};

/** AsyncAPI 3.0 of what the back office sends us and of what we tell it. */
export const backOfficeAsyncApi: JsonSchema = {
  asyncapi: '3.0.0',
  info: {
    title: 'Rapport and the trading back office',
    version: '1.0.0',
    description:
      'Facts of accounts come in; changes of service tiers go out. Both topics have 24 partitions. Every message comes at least once, ' +
      'first occurrences in order per client; `position` tells a copy. A change that a reader must know of is another schemaVersion.',
  },
  defaultContentType: 'application/json',
  channels: {
    tierChanges: {
      address: TIER_CHANGES_TOPIC,
      description: 'Key: the client’s pseudonym.',
      messages: { tierChange: { $ref: '#/components/messages/tierChange' } },
      bindings: { kafka: { topic: TIER_CHANGES_TOPIC, partitions: 24 } },
    },
    backOffice: {
      address: BACK_OFFICE_TOPIC,
      description: 'Key: the account, so that its messages stay in order.',
      messages: Object.fromEntries(Object.keys(messageSchemas).map((kind) => [kind, { $ref: `#/components/messages/${kind}` }])),
      bindings: { kafka: { topic: BACK_OFFICE_TOPIC, partitions: 24 } },
    },
  },
  operations: {
    tellTierChanges: { action: 'send', channel: { $ref: '#/channels/tierChanges' } },
    takeBackOfficeFacts: { action: 'receive', channel: { $ref: '#/channels/backOffice' } },
  },
  components: {
    messages: {
      tierChange: message('tierChange', tierChangeSchema, {
        headers: {
          type: 'object',
          required: ['ce_id', 'ce_type', 'ce_source', 'ce_specversion', 'ce_subject', 'ce_position', 'ce_previousposition'],
          properties: Object.fromEntries(
            [
              'ce_id',
              'ce_type',
              'ce_source',
              'ce_specversion',
              'ce_subject',
              'ce_time',
              'ce_dataschema',
              'ce_position',
              'ce_previousposition',
            ].map((name) => [name, { type: 'string' }]),
          ),
        },
      }),
      ...Object.fromEntries(Object.entries(messageSchemas).map(([kind, schema]) => [kind, message(kind, schema)])),
    },
  },
};

function message(name: string, schema: JsonSchema, more: JsonSchema = {}): JsonSchema {
  const { $id: _id, $schema: _schema, ...payload } = schema;
  return {
    name,
    contentType: 'application/json',
    ...more,
    payload: { schemaFormat: 'application/schema+json;version=draft-2020-12', schema: payload },
  };
}

/** Published below `/contracts/tier-changes` and committed under `apps/bridge/contracts`. */
export const tierChangeContracts: Readonly<Record<string, JsonSchema>> = {
  'tier-change.schema.json': tierChangeSchema,
  'asyncapi.json': backOfficeAsyncApi,
};
