import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { newId } from '#event-sourcing';
import { accessRows } from '../../../test/support/access-rows/index.js';
import { type ApiUnderTest, type Caller, problem, startApiUnderTest } from '../../../test/support/api.js';

jest.setTimeout(180_000);

let under: ApiUnderTest;
let callers: Caller[];
let mine: Record<string, string>;
let others: Record<string, string>;
beforeAll(async () => {
  under = await startApiUnderTest();
  callers = [await under.as('branchManager'), await under.as('complianceOfficer'), await under.as('admin')];
  mine = {};
  for (const { prepare } of accessRows) Object.assign(mine, await prepare?.(under, mine));
  // the same once more, for what belongs to a client has to be another's
  others = {};
  for (const { prepare } of accessRows.slice(0, 4)) Object.assign(others, await prepare?.(under, others).catch(() => ({})));
});
afterAll(() => under.close());

const unknown: Readonly<Record<string, string>> = {
  edition: '999999',
  presetId: 'no-such-preset',
  ruleVersion: 'no-such',
  name: 'NO_SUCH',
};

/** Every way to put something missing, or another client's, in the last place of an address that names something. */
function addresses(pattern: string): string[] {
  const names = [...pattern.matchAll(/:(\w+)/g)].map(([, name]) => name!);
  const last = names.at(-1)!;
  const foreign = names.length > 1 && others[last] !== undefined && others[last] !== mine[last] ? [others[last]] : [];
  return [unknown[last] ?? newId(), ...foreign].map((value) =>
    pattern.replaceAll(/:(\w+)/g, (_, name: string) => (name === last ? value : (mine[name] ?? unknown[name]!))),
  );
}

test('what an address names and is not there, or is not of its parent, is not found (every route)', async () => {
  const rows = accessRows.flatMap((part) => part.rows).filter(([route]) => route.includes('/:'));
  const wrong: unknown[] = [];
  let foreign = 0;
  for (const [route, , stated] of rows) {
    const body = route.endsWith('/link') ? { complaintId: mine['complaintId'] } : stated;
    const [method, pattern] = route.split(' ') as [string, string];
    for (const [nth, address] of addresses(pattern).entries()) {
      foreign += nth;
      const answers = await Promise.all(
        callers.map((one) => (method === 'GET' ? one.get(address) : one.post(address, body ?? {}, { version: 1 }))),
      );
      const permitted = answers.map((answer) => problem(answer)).filter(({ status }) => status !== 403);
      if (permitted.length === 0 || permitted.some(({ status, code }) => status !== 404 || code !== 'not-found'))
        wrong.push([route, address, permitted]);
    }
  }
  expect(wrong).toEqual([]);
  expect(foreign).toBeGreaterThanOrEqual(3);
});
