import { type Instant, latestMsOf, type LocalDate, type Uuid, type When } from '#event-sourcing';

/** Human outbound communications by their event or contact: when each was. */
export type HumanResponses = Readonly<Record<Uuid, { at: Instant; precision: When['precision'] }>>;

/** An amended contact replaces what it said before; a communication before the receipt answers nothing. */
function withResponse(responses: HumanResponses, id: Uuid, when: When, human: boolean, receivedAt: Instant): HumanResponses {
  const { [id]: _before, ...others } = responses;
  const counts = human && latestMsOf(when) >= Date.parse(receivedAt);
  return counts ? { ...others, [id]: { at: when.at, precision: when.precision } } : others;
}

/** Where one that is known by its day alone may have been the first, the time of the first is not known, and makes no figure. */
function firstResponseAt(responses: HumanResponses): Instant | null {
  const [first] = Object.values(responses).sort((a, b) => (a.at < b.at ? -1 : 1));
  return first?.precision === 'instant' ? first.at : null;
}

interface AnsweredRow {
  receivedAt: Instant;
  firstHumanResponseAt: Instant | null;
  /** JSON. */
  details: string;
}

/** The row of a case after a communication, with its details as they are by then. */
export function withHumanResponse<Row extends AnsweredRow, Details extends { readonly humanResponses: HumanResponses }>(
  row: Row,
  details: Details,
  id: Uuid,
  when: When,
  human: boolean,
): Row {
  const humanResponses = withResponse(details.humanResponses, id, when, human, row.receivedAt);
  return { ...row, firstHumanResponseAt: firstResponseAt(humanResponses), details: JSON.stringify({ ...details, humanResponses }) };
}

/** Local date of a fact, `localDate` telling an instant's; null where undated. */
export function dateOf(when: When, localDate: (at: Instant) => LocalDate): LocalDate | null {
  switch (when.precision) {
    case 'instant':
      return localDate(when.at);
    case 'day':
      return when.date;
    case 'unknown':
      return null;
  }
}
