import type { Caller } from '../support/caller.js';
import { FIRM_ZONE } from './world.js';

/** One promise for every request, so that the timekeeper has something to say. */
export async function publishRules(drafter: Caller, approver: Caller): Promise<void> {
  const windows = [['09:00', '17:00']];
  const calendar = { zone: FIRM_ZONE, week: { mon: windows, tue: windows, wed: windows, thu: windows, fri: windows } };
  const promise = {
    id: 'resolution',
    metric: 'resolution',
    calendar: 'DESK',
    target: { kind: 'businessMinutes', minutes: 60 },
    warnings: [50],
    appliesTo: { process: ['accountOpening', 'trading', 'settlement', 'other'] },
  };
  const edition = { edition: 1, effectiveFrom: '2020-01-01T00:00:00+08:00', effectiveTo: null, promises: [promise] };
  const said = async (by: Caller, path: string, body: unknown, version?: number): Promise<void> => {
    const { status, body: answer } = await by.post(path, body, version === undefined ? {} : { version });
    if (status >= 400) throw new Error(`${path} answered ${status}: ${JSON.stringify(answer)}`);
  };
  await said(drafter, '/v1/calendars', { name: 'DESK', calendar, effectiveFrom: '2020-01-01', sourceNotice: 'soak' });
  await said(drafter, '/v1/handbook/editions', edition, 0);
  await said(approver, '/v1/handbook/editions/1/approve', {}, 1);
  await said(approver, '/v1/handbook/editions/1/publish', {}, 2);
}
