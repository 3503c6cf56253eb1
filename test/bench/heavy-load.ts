import { request } from 'undici';
import type { OpenAPIObject } from '@nestjs/swagger';
import type { Role } from '#access';
import { newId } from '#event-sourcing';
import { type HeavyBody, HeavyBodies } from '../support/heavy-bodies.js';
import type { ApiServer } from './api-server.js';

const LOOKED_AT_AGAIN = 10;
const REPEATS = 5;

export interface WorstBody {
  /** CPU of the server for one request. */
  cpuMs: number;
  what: string;
  tried: number;
}

/** Sends every route every heavy body, then the costliest ten again: the median of the costliest. */
export async function worstBody(server: ApiServer, tokenOf: (role: Role) => Promise<string>, quick: boolean): Promise<WorstBody> {
  const document = (await (await request(`${server.url}/openapi.json`)).body.json()) as OpenAPIObject;
  const bodies = [...new HeavyBodies(document).all()].filter((_, nth) => !quick || nth % 50 === 0);
  const tokens = new Map<string, string>();
  for (const { route } of bodies) {
    const [role] = /Roles: (\w+)/.exec(document.paths[route]!.post!.description ?? '')!.slice(1) as [Role];
    if (!tokens.has(route)) tokens.set(route, await tokenOf(role));
  }
  const costMs = async ({ route, text }: HeavyBody): Promise<number> => {
    const body = text();
    const headers = {
      authorization: `Bearer ${tokens.get(route)!}`,
      'content-type': 'application/json',
      'idempotency-key': newId(),
      'if-match': '"1"',
    };
    const before = await server.cost();
    const answer = await request(server.url + route.replaceAll(/\{\w+\}/g, newId()), { method: 'POST', headers, body });
    await answer.body.dump();
    return ((await server.cost()).cpuUs - before.cpuUs) / 1_000;
  };
  const first: [number, HeavyBody][] = [];
  for (const body of bodies) first.push([await costMs(body), body]);
  const suspects = first.toSorted(([a], [b]) => b - a).slice(0, LOOKED_AT_AGAIN);
  let worst: WorstBody = { cpuMs: 0, what: '', tried: bodies.length };
  for (const [, body] of suspects) {
    const again: number[] = [];
    for (let nth = 0; nth < REPEATS; nth++) again.push(await costMs(body));
    const median = again.toSorted((a, b) => a - b)[REPEATS >> 1]!;
    if (median > worst.cpuMs) worst = { ...worst, cpuMs: median, what: `${body.route} ${body.name}` };
  }
  return worst;
}
