import { isLocalDateText, type LocalDate } from '#event-sourcing';
import { UsageError } from '../installation.js';

/** A local date as an option states it. Throws UsageError, naming the option. */
export function statedDate(text: string, option: string): LocalDate {
  if (!isLocalDateText(text)) throw new UsageError(`${option} ${text} is no date: YYYY-MM-DD, of a day that there is`);
  return text;
}
