import type { OpenAPIObject } from '@nestjs/swagger';

type Json = Record<string, unknown>;
/** Who has to live with a change: those who send this part, or those who read it. */
type Side = 'sent' | 'read';

/** What a caller of the old contract could trip over in the new one, in words; empty where there is nothing. */
export function breakingDifferences(before: OpenAPIObject, after: OpenAPIObject): string[] {
  return new Comparison(before as unknown as Json, after as unknown as Json).run();
}

const methods = ['get', 'post', 'put', 'patch', 'delete'] as const;
/** Bounds of what may be sent: an increase of the first kind, a decrease of the second is narrower. */
const lowerBounds = ['minimum', 'minLength', 'minItems'];
const upperBounds = ['maximum', 'maxLength', 'maxItems'];

class Comparison {
  private readonly found: string[] = [];
  private readonly compared = new Set<string>();

  constructor(
    private readonly before: Json,
    private readonly after: Json,
  ) {}

  run(): string[] {
    for (const [path, item] of Object.entries(object(this.before['paths']))) {
      for (const method of methods) {
        const operation = object(item)[method];
        if (!operation) continue;
        const now = object(object(this.after['paths'])[path])[method];
        if (now) this.operation(`${method.toUpperCase()} ${path}`, object(operation), object(now));
        else this.found.push(`${method.toUpperCase()} ${path} is gone`);
      }
    }
    return this.found;
  }

  private operation(name: string, before: Json, after: Json): void {
    if (before['operationId'] !== after['operationId']) this.found.push(`${name} has another operationId`);
    this.parameters(name, list(before['parameters']), list(after['parameters']));
    this.schema(`${name}, body`, bodyOf(before['requestBody']), bodyOf(after['requestBody']), 'sent');
    for (const [status, response] of Object.entries(object(before['responses']))) {
      const now = object(after['responses'])[status];
      if (!now) this.found.push(`${name} answers no ${status} any more`);
      else this.schema(`${name}, ${status}`, bodyOf(response), bodyOf(now), 'read');
    }
  }

  private parameters(name: string, before: Json[], after: Json[]): void {
    const same = (one: Json) => (other: Json) => one['name'] === other['name'] && one['in'] === other['in'];
    for (const parameter of before) {
      const now = after.find(same(parameter));
      const label = `${name}, ${String(parameter['in'])} ${String(parameter['name'])}`;
      if (!now) this.found.push(`${label} is gone`);
      else this.schema(label, object(parameter['schema']), object(now['schema']), 'sent');
    }
    for (const parameter of after.filter((one) => one['required'] === true)) {
      const was = before.find(same(parameter));
      if (was?.['required'] !== true) this.found.push(`${name}, ${String(parameter['in'])} ${String(parameter['name'])} is required now`);
    }
  }

  private schema(at: string, beforeSchema: Json | undefined, afterSchema: Json | undefined, side: Side): void {
    if (!beforeSchema) {
      if (afterSchema && side === 'sent') this.found.push(`${at} is needed now`);
      return;
    }
    if (!afterSchema) return void this.found.push(`${at} is gone`);
    const pair = JSON.stringify([beforeSchema['$ref'] ?? at, afterSchema['$ref'] ?? at, side]);
    if (this.compared.has(pair)) return; // also where a schema holds itself
    this.compared.add(pair);
    const before = resolved(this.before, beforeSchema);
    const after = resolved(this.after, afterSchema);
    if (JSON.stringify(before['type']) !== JSON.stringify(after['type'])) this.found.push(`${at} has another type`);
    if (JSON.stringify(before['oneOf']) !== JSON.stringify(after['oneOf'])) this.found.push(`${at} has other forms`);
    this.members(at, before, after, side);
    if (before['items']) this.schema(`${at}[]`, object(before['items']), object(after['items']), side);
    if (side === 'sent') this.narrower(at, before, after);
  }

  private members(at: string, before: Json, after: Json, side: Side): void {
    const [then, now] = [object(before['properties']), object(after['properties'])];
    for (const [name, schema] of Object.entries(then)) {
      if (now[name]) this.schema(`${at}/${name}`, object(schema), object(now[name]), side);
      else this.found.push(`${at}/${name} is gone`);
    }
    const [requiredThen, requiredNow] = [list(before['required']), list(after['required'])] as unknown as [string[], string[]];
    if (side === 'sent') {
      for (const name of requiredNow) if (!requiredThen.includes(name)) this.found.push(`${at}/${name} is required now`);
    } else {
      for (const name of requiredThen) if (now[name] && !requiredNow.includes(name)) this.found.push(`${at}/${name} may be absent now`);
    }
  }

  private narrower(at: string, before: Json, after: Json): void {
    const bound = (schema: Json, name: string, otherwise: number): number => (schema[name] as number | undefined) ?? otherwise;
    const tighter =
      lowerBounds.some((name) => bound(after, name, -Infinity) > bound(before, name, -Infinity)) ||
      upperBounds.some((name) => bound(after, name, Infinity) < bound(before, name, Infinity));
    if (tighter) this.found.push(`${at} has tighter bounds`);
    if (after['pattern'] !== undefined && after['pattern'] !== before['pattern']) this.found.push(`${at} has another pattern`);
    if (!after['enum']) return;
    const now = list(after['enum']);
    const gone = before['enum'] ? list(before['enum']).filter((value) => !now.includes(value)) : ['some values'];
    if (gone.length > 0) this.found.push(`${at} takes ${gone.map(String).join(', ')} no more`);
  }
}

const object = (value: unknown): Json => (typeof value === 'object' && value !== null ? (value as Json) : {});
const list = (value: unknown): Json[] => (Array.isArray(value) ? (value as Json[]) : []);

function bodyOf(message: unknown): Json | undefined {
  const [media] = Object.values(object(object(message)['content']));
  return media ? object(object(media)['schema']) : undefined;
}

function resolved(document: Json, schema: Json): Json {
  const [wrapped] = list(schema['allOf']); // a reference with a description of its own
  const reference = (schema['$ref'] ?? wrapped?.['$ref']) as string | undefined;
  const name = reference?.replace('#/components/schemas/', '');
  return name === undefined ? schema : object(object(object(document['components'])['schemas'])[name]);
}
