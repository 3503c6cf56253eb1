import type { LocalDate } from '#event-sourcing';
import { defaultRfmScales, type RfmScales, rfmWindow } from '#tiers';

/** The dates of a client's trades as RFM counts them: dates after `asOf` play no part, a date counts once. */
export function tradeDatesOf(dates: Iterable<LocalDate>, asOf: LocalDate, scales: RfmScales = defaultRfmScales) {
  const { from } = rfmWindow(asOf, scales);
  const distinct = new Set<LocalDate>();
  let lastTradeOn: LocalDate | null = null;
  for (const date of dates) {
    if (date > asOf) continue;
    if (date >= from) distinct.add(date);
    if (lastTradeOn === null || date > lastTradeOn) lastTradeOn = date;
  }
  return { lastTradeOn, tradeDates: distinct.size };
}
