import { type ageBands, client, type ClientCommand, clientStream } from '#clients';
import { type Campaign, contact, type ContactCommand, contactStream } from '#contacts';
import type { ClientChannel, LocalDate, When } from '#event-sourcing';
import { localDate, onDay } from './dates.js';
import { RowIdentity } from './row-identity.js';
import { coded, type Fact, importedId, refuse, type Source, type SourceOptions, type SourceRow, steps, UnusableFile } from './source.js';
import { mapRows, type TableRow, tableRows } from './table-file.js';

const SYSTEM = 'bank-marketing';
const ZONE = 'Europe/Lisbon';
const COLUMNS = [
  'age',
  'job',
  'marital',
  'education',
  'default',
  'balance',
  'housing',
  'loan',
  'contact',
  'day',
  'month',
  'duration',
  'campaign',
  'pdays',
  'previous',
  'poutcome',
  'y',
] as const;
const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
const LAST_YEAR = 2010;
const FIRST = { year: 2008, month: 5 }; // the file is in date order from May 2008 and names no years
const CHANNELS = new Map<string, ClientChannel>([
  ['cellular', 'phone'],
  ['telephone', 'phone'],
  ['unknown', 'unknown'],
]);

/**
 * Telephone contacts of a Portuguese bank's campaigns. A row becomes a provisional prospect (nobody is named) with what
 * the file says of them, and one outbound contact by a person on that day, with its duration and the campaign's record.
 * The year follows from the file's order. Not said, and so absent: names, times of day, which rows are the same person.
 */
export const bankMarketing: Source = {
  name: SYSTEM,
  files: (path) => [path],
  async *rows(path, options) {
    await checkOrder(path, options);
    const identity = new RowIdentity(COLUMNS);
    const calendar = new FileOrder();
    yield* mapRows(
      tableRows(path, ';', { needed: COLUMNS }, options.encoding),
      (row) => mapped(row, identity, calendar, options),
      ({ text }) => calendar.passed(text),
    );
  },
};

// Without its order the file says no years, and made-up ones are worse than none: so it is read once before it is taken.
async function checkOrder(path: string, { encoding }: SourceOptions): Promise<void> {
  const calendar = new FileOrder();
  for await (const row of tableRows(path, ';', { needed: COLUMNS }, encoding)) {
    const year = 'values' in row ? calendar.yearOf(row.values.month!) : calendar.passed(row.text);
    if (year > LAST_YEAR) {
      throw new UnusableFile(`the rows are not in date order: by line ${row.line} their months lead beyond ${LAST_YEAR}`);
    }
  }
}

/** Years from the order of the rows: a month earlier than the one before it begins the next year. */
class FileOrder {
  private year = FIRST.year;
  private month = 0;

  date(monthName: string, dayText: string): LocalDate {
    const year = this.yearOf(monthName); // first: a row that is refused for its day is still in the order
    const day = integer(dayText, 'day', 1, 31);
    return MONTHS.includes(monthName.toLowerCase()) ? localDate(year, this.month, day, 'day') : refuse('no-such-month', 'month');
  }

  /** A row that could not be read stands in the order all the same, where one cell of it alone is a month. */
  passed(text: string): number {
    const months = text
      .split(';')
      .map((cell) => cell.replaceAll('"', '').trim())
      .filter((cell) => MONTHS.includes(cell.toLowerCase()));
    return months.length === 1 ? this.yearOf(months[0]!) : this.year;
  }

  /** A month that there is not moves nothing. */
  yearOf(monthName: string): number {
    const month = MONTHS.indexOf(monthName.toLowerCase()) + 1;
    if (month === 0) return this.year;
    if (this.month === 0 ? month < FIRST.month : month < this.month) this.year++;
    this.month = month;
    return this.year;
  }
}

function mapped({ file, line, values }: TableRow, identity: RowIdentity, calendar: FileOrder, options: SourceOptions): SourceRow {
  const startedAt = onDay(calendar.date(values.month!, values.day!), ZONE);
  const { record, content } = identity.of(values);
  const row = { record, content, values, clientId: importedId(SYSTEM, record, 'client'), startedAt };
  return { file, line, facts: [prospect(row, options), contactFact(row, options)] };
}

interface Row {
  record: string;
  content: string;
  values: Readonly<Record<string, string>>;
  clientId: string;
  startedAt: When;
}

function prospect({ record, content, values, clientId, startedAt }: Row, { branchId }: SourceOptions): Fact {
  const clientNo = `BM-${record.slice(0, 16)}`;
  const internal = {
    ageBand: bandOf(integer(values.age!, 'age', 0, 130)),
    ...(said(values.job) && { occupation: values.job }),
    ...(said(values.marital) && { maritalStatus: values.marital }),
    ...(said(values.education) && { education: values.education }),
    averageBalance: { amountMinor: integer(values.balance!, 'balance', -1e12, 1e12) * 100, currency: 'EUR' },
    credit: { inDefault: yesNo(values, 'default'), housingLoan: yesNo(values, 'housing'), personalLoan: yesNo(values, 'loan') },
  };
  const command: ClientCommand = {
    type: 'RegisterClient',
    clientNo,
    party: 'person',
    identity: {},
    reachableAt: [],
    branchId,
    acquisitionSource: 'campaign',
    provisional: true,
    profile: { internal },
  };
  return {
    record: `${record}:client`,
    content,
    stream: clientStream(clientId),
    branchId,
    creates: true,
    reservations: [{ kind: 'clientNo', key: clientNo }],
    decide: steps(client, [{ command, occurred: startedAt }]),
  };
}

function contactFact({ record, content, values, clientId, startedAt }: Row, { branchId, now }: SourceOptions): Fact {
  const channel = coded(CHANNELS, values.contact!.toLowerCase(), 'unknown-channel', 'contact');
  const since = integer(values.pdays!, 'pdays', -1, 100_000);
  const campaign: Campaign = {
    attempt: integer(values.campaign!, 'campaign', 1, 100_000),
    ...(since >= 0 && { daysSincePrevious: since }),
    previousContacts: integer(values.previous!, 'previous', 0, 100_000),
    ...(said(values.poutcome) && { previousOutcome: values.poutcome }),
    accepted: yesNo(values, 'y'),
  };
  const command: ContactCommand = {
    type: 'LogContact',
    clientId,
    now,
    channel,
    direction: 'outbound',
    automated: false,
    startedAt,
    durationSec: integer(values.duration!, 'duration', 0, 86_400),
    ...(said(values.contact) && { medium: values.contact }),
    process: 'campaign',
    campaign,
  };
  return {
    record: `${record}:contact`,
    content,
    stream: contactStream(importedId(SYSTEM, record, 'contact'), clientId),
    branchId,
    creates: true,
    decide: steps(contact, [{ command, occurred: startedAt }]),
  };
}

const said = (text: string | undefined): text is string => text !== undefined && text !== '' && text !== 'unknown';

function integer(text: string, column: string, min: number, max: number): number {
  const value = Number(text);
  if (!/^-?\d+$/.test(text)) return refuse(text ? 'not-a-whole-number' : 'missing-value', column);
  return value >= min && value <= max ? value : refuse('out-of-range', column);
}

function yesNo(values: Readonly<Record<string, string>>, column: string): boolean {
  const text = values[column];
  if (text !== 'yes' && text !== 'no') refuse('not-yes-or-no', column);
  return text === 'yes';
}

function bandOf(age: number): (typeof ageBands)[number] {
  if (age < 18) return 'under18';
  if (age < 25) return '18to24';
  if (age < 35) return '25to34';
  if (age < 45) return '35to44';
  if (age < 55) return '45to54';
  if (age < 65) return '55to64';
  return age < 75 ? '65to74' : '75plus';
}
