import type { OpenAPIObject } from '@nestjs/swagger';

interface Schema {
  $ref?: string;
  allOf?: Schema[];
  oneOf?: Schema[];
  type?: string;
  enum?: string[];
  pattern?: string;
  format?: string;
  minimum?: number;
  items?: Schema;
  properties?: Record<string, Schema>;
  required?: string[];
  additionalProperties?: boolean;
}

export interface HeavyBody {
  /** E.g. `/v1/clients`. */
  route: string;
  /** The body's class, where it has one. */
  of: string | undefined;
  /** What it is heavy with, and where. */
  name: string;
  /** Its JSON, made when it is asked for. */
  text: () => string;
}

type Heavy = [name: string, text: () => string];

const BODY_MAX_BYTES = 1_048_576;
/** So many members and items are read at all; with more, nothing but their count is looked at. */
const BELOW_VALUES_MAX = 49_000;
/** For what stands around. */
const ROOM_BYTES = 10_000;

/** Names under which documents hold lists and maps, for members whose inside the contract leaves to the domain. */
const documentMembers = [
  'calendars',
  'closed',
  'editions',
  'events',
  'promises',
  'reopened',
  'sections',
  'special',
  'subjects',
  'tiers',
  'week',
] as const;

/** Bodies of up to a mebibyte that are as much work to refuse as a body of a route can be: lists, members, texts, depth. */
export class HeavyBodies {
  private readonly schemas: Record<string, Schema>;

  constructor(private readonly document: OpenAPIObject) {
    this.schemas = document.components!.schemas as Record<string, Schema>;
  }

  *all(): Generator<HeavyBody> {
    for (const [route, { post }] of Object.entries(this.document.paths)) {
      const body = post?.requestBody as { content?: Record<string, { schema: Schema }> } | undefined;
      const schema = body?.content?.['application/json']?.schema;
      if (!schema) continue;
      const of = schema.$ref?.split('/').at(-1);
      yield { route, of, name: 'levels', text: () => '['.repeat(BODY_MAX_BYTES / 2) + ']'.repeat(BODY_MAX_BYTES / 2) };
      for (const [name, text] of this.heavy(schema, '')) yield { route, of, name, text };
    }
  }

  /** Texts of JSON in place of a value of the schema: in order but for one heavy thing each. */
  private *heavy(stated: Schema, at: string): Generator<Heavy, void> {
    const schema = this.resolved(stated);
    if (schema.type === 'string' || schema.enum || schema.oneOf?.every(({ type }) => type === 'string')) return yield* heavyTexts(at);
    if (schema.type === 'array' || schema.oneOf?.some(({ type }) => type === 'array')) yield* heavyLists(at);
    if (schema.type === 'array') {
      for (const [name, item] of this.heavy(schema.items!, `${at}/0`)) yield [name, () => `[${item()}]`];
      return;
    }
    if (schema.oneOf || (schema.additionalProperties && !schema.properties)) return yield* heavyDocuments(at);
    if (schema.type !== 'object') return;
    const sound = this.membersOf(schema);
    for (const [name, more] of heavyMembers(at)) yield [name, () => `{${[...sound.values(), more()].join()}}`];
    for (const [member, of] of Object.entries(schema.properties ?? {})) {
      const others = [...sound].filter(([name]) => name !== member).map(([, text]) => text);
      for (const [name, value] of this.heavy(of, `${at}/${member}`))
        yield [name, () => `{${[...others, `"${member}":${value()}`].join()}}`];
    }
  }

  /** The members that must be there, each in order. */
  private membersOf({ properties = {}, required = [] }: Schema): Map<string, string> {
    return new Map(required.map((name) => [name, `"${name}":${this.sound(properties[name]!)}`]));
  }

  private sound(stated: Schema): string {
    const schema = this.resolved(stated);
    if (schema.enum) return JSON.stringify(schema.enum[0]);
    if (schema.format === 'uuid') return '"01890000-0000-7000-8000-000000000000"';
    if (schema.format === 'date' || schema.oneOf) return '"2026-03-11"';
    if (schema.format === 'date-time') return '"2026-03-11T10:00:00Z"';
    if (schema.type === 'string') return schema.pattern?.includes('A-Z]{3}') ? '"CNY"' : '"x"';
    if (schema.type === 'integer') return String(schema.minimum ?? 0);
    if (schema.type === 'boolean') return 'true';
    if (schema.type === 'array') return `[${this.sound(schema.items!)}]`;
    return `{${[...this.membersOf(schema).values()].join()}}`;
  }

  private resolved(schema: Schema): Schema {
    const reference = schema.$ref ?? schema.allOf?.[0]?.$ref;
    return reference ? this.schemas[reference.split('/').at(-1)!]! : schema;
  }
}

const list = (item: string, count: number): string => `[${Array<string>(count).fill(item).join()}]`;
const members = (value: string, count: number): string => Array.from({ length: count }, (_, nth) => `"m${nth}":${value}`).join();

function* heavyLists(at: string): Generator<Heavy, void> {
  for (const item of ['{}', '"x"', '1', 'null', '[]']) {
    const values = item === '{}' || item === '[]' ? 2 : 1;
    yield [`${at}: items ${item}`, () => list(item, Math.floor(BELOW_VALUES_MAX / values))];
    yield [`${at}: too many items ${item}`, () => list(item, Math.floor((BODY_MAX_BYTES - ROOM_BYTES) / (item.length + 1)))];
  }
}

function* heavyMembers(at: string): Generator<Heavy, void> {
  yield [`${at}: members`, () => members('1', BELOW_VALUES_MAX)];
  yield [`${at}: members with objects`, () => members('{"a":{}}', BELOW_VALUES_MAX / 4)];
  yield [`${at}: too many members`, () => members('1', 78_000)];
  yield [`${at}: one member over and over`, () => Array<string>(BELOW_VALUES_MAX).fill('"m":1').join()];
}

function* heavyTexts(at: string): Generator<Heavy, void> {
  for (const one of ['x', ' ', '名', '\\n', '\\u0020', '\\ud83d\\ude00', '\\u0000']) {
    yield [`${at}: text of ${one}`, () => `"${one.repeat(Math.floor((BODY_MAX_BYTES - ROOM_BYTES) / Buffer.byteLength(one)))}"`];
  }
}

function* heavyDocuments(at: string): Generator<Heavy, void> {
  for (const [name, more] of heavyMembers(at)) yield [name, () => `{${more()}}`];
  for (const member of documentMembers) {
    for (const [name, text] of heavyLists(`${at}/${member}`)) yield [name, () => `{"${member}":${text()}}`];
    for (const [name, text] of heavyMembers(`${at}/${member}`)) yield [name, () => `{"${member}":{${text()}}}`];
    yield [`${at}/${member}: a long text`, () => `{"${member}":"${'x'.repeat(BODY_MAX_BYTES - ROOM_BYTES)}"}`];
  }
}
