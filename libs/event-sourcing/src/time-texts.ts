const YEAR = '(?:19[0-9]{2}|2[01][0-9]{2}|2200)';
const DATE = `${YEAR}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12][0-9]|3[01])`;
export const DATE_PATTERN = `^${DATE}$`;
export const INSTANT_PATTERN = `^${DATE}T(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](?:\\.[0-9]{1,9})?(?:Z|[+-](?:[01][0-9]|2[0-3]):[0-5][0-9])$`;
const dateForm = new RegExp(DATE_PATTERN);
const instantForm = new RegExp(INSTANT_PATTERN);

/** Of a date in the form above. */
function isRealDay(date: string): boolean {
  const day = Number(date.slice(8, 10));
  if (day <= 28) return true;
  const [year, month] = [Number(date.slice(0, 4)), Number(date.slice(5, 7))];
  return new Date(Date.UTC(year, month - 1, day)).getUTCDate() === day;
}

/** A day that the calendar has, in the years 1900 to 2200. */
export const isLocalDateText = (text: string): boolean => dateForm.test(text) && isRealDay(text);

/** RFC 3339 with an offset, on such a day. */
export const isInstantText = (text: string): boolean => instantForm.test(text) && isRealDay(text.slice(0, 10));
