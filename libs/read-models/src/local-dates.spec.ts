import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { toLocalDate } from '#event-sourcing';
import { localDates } from './local-dates.js';

const ZONES = ['Asia/Shanghai', 'America/St_Johns', 'America/Sao_Paulo', 'Pacific/Apia', 'Asia/Kathmandu', 'Africa/Monrovia', 'UTC'];
/** Around these a zone's date is hardest to tell: clocks put back just after midnight, and a day that was left out. */
const CHANGES = ['2006-10-29T02:31:00Z', '2010-11-07T02:31:00Z', '2018-02-18T02:00:00Z', '2011-12-30T10:00:00Z', '1972-01-07T00:44:30Z'];

describe('the firm’s local dates', () => {
  it('are those of the zone at any instant, whatever was asked before', () => {
    const near = fc
      .tuple(fc.constantFrom(...CHANGES), fc.integer({ min: -7_200_000, max: 7_200_000 }))
      .map(([change, ms]) => new Date(Date.parse(change) + ms));
    const any = fc.date({ min: new Date('1970-01-01'), max: new Date('2100-01-01'), noInvalidDate: true });
    const instants = fc.array(fc.oneof(near, any), { minLength: 50, maxLength: 50 });
    fc.assert(
      fc.property(fc.constantFrom(...ZONES), instants, (zone, dates) => {
        const localDate = localDates(zone);
        const texts = dates.map((date) => date.toISOString());
        expect(texts.map(localDate)).toEqual(texts.map((at) => toLocalDate(at, zone)));
      }),
      { numRuns: 200 },
    );
  });
});
