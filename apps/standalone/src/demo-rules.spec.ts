import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { demoCalendars, type PastDays } from './demo-rules.js';

const file = path.resolve(import.meta.dirname, '../data/calendars/past-days.json');
const calendars = new Map(demoCalendars(JSON.parse(readFileSync(file, 'utf8')) as PastDays).map(({ name, calendar }) => [name, calendar]));
const isClosed = (name: string, day: string): boolean =>
  (calendars.get(name)?.closed ?? []).some((entry) => {
    const [from, to = from] = entry.split('..') as [string, string?];
    return from <= day && day <= to;
  });

describe('calendars of the demo', () => {
  it('have the eve of the New Year of 2024, when the exchanges alone were closed', () => {
    expect(['2024-02-08', '2024-02-09', '2024-02-10'].map((day) => isClosed('CN_EXCHANGE', day))).toEqual([false, true, true]);
    expect(['2024-02-08', '2024-02-09', '2024-02-10'].map((day) => isClosed('CN_DESK', day))).toEqual([false, false, true]);
  });
});
