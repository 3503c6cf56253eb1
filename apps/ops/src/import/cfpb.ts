import { complaint, type ComplaintCommand, complaintStream, type Resolution, silences } from '#complaints';
import type { ClientChannel, When } from '#event-sourcing';
import type { Columns } from '#text-files';
import { amended, answerOf, type BureauAnswer, SYSTEM } from './cfpb-amended.js';
import { localDate, onDay, undated } from './dates.js';
import { prospectFact } from './prospect.js';
import { RowIdentity } from './row-identity.js';
import { coded, type Fact, importedId, refuse, type Source, type SourceOptions, type SourceRow, steps } from './source.js';
import { mapRows, type TableRow, tableRows } from './table-file.js';

const ZONE = 'America/New_York'; // the bureau's: its dates have no zone of their own
const NARRATIVE = 'Consumer complaint narrative';
const COMPLAINT_ID = 'Complaint ID';
const CONSENT = 'Consumer consent provided?';
const DISPUTED = 'Consumer disputed?';
/** The last two are in older exports alone, the narrative and the number not in every extract. */
const COLUMNS: Columns = {
  needed: [
    'Date received',
    'Product',
    'Sub-product',
    'Issue',
    'Sub-issue',
    'Company',
    'State',
    'ZIP code',
    'Submitted via',
    'Date sent to company',
    'Company response to consumer',
    'Timely response?',
  ],
  optional: [NARRATIVE, 'Company public response', 'Tags', COMPLAINT_ID, CONSENT, DISPUTED],
};
/** What identifies a row without a number, in the order of the first extract. */
const IDENTITY = [...COLUMNS.needed.slice(0, 8), CONSENT, ...COLUMNS.needed.slice(8), DISPUTED, NARRATIVE];

const CHANNELS = new Map<string, ClientChannel>(
  Object.entries({
    Web: 'web',
    'Web Referral': 'referral',
    Referral: 'referral',
    Phone: 'phone',
    'Postal mail': 'letter',
    Fax: 'fax',
    Email: 'email',
    '': 'unknown',
  }),
);

/** How the firm closed it; the others (`In progress`, `Untimely response`) have sent no final response. */
const RESOLUTIONS = new Map<string, Resolution | null>(
  Object.entries({
    'Closed with explanation': 'explanation',
    'Closed with monetary relief': 'monetaryRelief',
    'Closed with non-monetary relief': 'nonMonetaryRelief',
    'Closed with relief': 'unspecifiedRelief',
    'Closed without relief': 'none',
    Closed: 'none',
    'In progress': null,
    'Untimely response': null,
    '': null,
  }),
);

/**
 * Consumer complaints of the US Consumer Financial Protection Bureau. A row becomes a provisional prospect (nobody is
 * named) with region and postal code, and their complaint: registered on `Date received`, forwarded on `Date sent to
 * company`, with the product and issue of the bureau's taxonomy and the company as respondent. `Closed...` becomes a
 * final response and a close without a date, for the file has none; `Consumer disputed?` = Yes a dispute. Not said, and
 * so absent: who complained, acknowledgements, when the firm answered, whether the answer was accepted. `Timely response?`
 * is kept as the bureau's own word. Of service times the file supports one: the forwarding step, from `Date received` to
 * `Date sent to company`, in days (a row that was sent before it was received measures nothing); that it is silent on
 * every other is recorded with each complaint, so that no clock of them runs. A numbered row lives: a later export that says it
 * otherwise adds what has become of it since (`cfpb-amended.ts`).
 */
export const cfpb: Source = {
  name: SYSTEM,
  files: (path) => [path],
  rows(path, options) {
    const identity = new RowIdentity(IDENTITY);
    return mapRows(tableRows(path, ',', COLUMNS, options.encoding), (row) => mapped(row, identity, options));
  },
};

const HASH_LENGTH = 64;
/** How the bureau writes that it says nothing. */
const NOTHING: ReadonlySet<string> = new Set(['None', 'N/A']);

function mapped({ file, line, values: written }: TableRow, identity: RowIdentity, options: SourceOptions): SourceRow {
  const derived = identity.of(written);
  const values = Object.fromEntries(Object.entries(written).map(([column, text]) => [column, NOTHING.has(text) ? '' : text]));
  const record = values[COMPLAINT_ID] || derived.record;
  const clientId = importedId(SYSTEM, record, 'client');
  const row = { ...derived, record, values, clientId, receivedAt: day(values, 'Date received') };
  return { file, line, facts: [prospect(row, options), complaintFact(row, options)] };
}

interface Row {
  record: string;
  content: string;
  values: Readonly<Record<string, string>>;
  clientId: string;
  receivedAt: When;
}

function prospect({ record, content, values, clientId, receivedAt }: Row, { branchId }: SourceOptions): Fact {
  const external = { ...(values.State && { region: `US-${values.State}` }), ...(values['ZIP code'] && { postalCode: values['ZIP code'] }) };
  return prospectFact({
    record: `${record}:client`,
    content,
    clientId,
    clientNo: `CFPB-${record.length === HASH_LENGTH ? record.slice(0, 16) : record}`,
    branchId,
    profile: { external },
    acquisitionSource: 'complaint',
    occurred: receivedAt,
  });
}

function complaintFact({ record, content, values, clientId, receivedAt }: Row, { branchId, now }: SourceOptions): Fact {
  const forwardedAt = day(values, 'Date sent to company');
  const channel = coded(CHANNELS, values['Submitted via']!, 'unknown-channel', 'Submitted via');
  const status = values['Company response to consumer']!;
  const resolution = coded(RESOLUTIONS, status, 'unknown-response', 'Company response to consumer');
  const timely = yesNo(values, 'Timely response?');
  const disputed = yesNo(values, 'Consumer disputed?');
  if (!values.Product) refuse('missing-value', 'Product');
  const registered: ComplaintCommand = {
    type: 'RegisterComplaint',
    now,
    clientId,
    receivedAt,
    channel,
    staffInvolved: [],
    taxonomy: SYSTEM, // the columns of the bureau's form, chosen from its lists
    subject: {
      product: values.Product!,
      ...(values['Sub-product'] && { subProduct: values['Sub-product'] }),
      ...(values.Issue && { problem: values.Issue }),
      ...(values['Sub-issue'] && { subProblem: values['Sub-issue'] }),
    },
    ...(values[NARRATIVE] && { allegation: values[NARRATIVE] }),
    ...(values.Company && { respondent: values.Company }),
    forwarding: {
      body: 'CFPB',
      forwardedAt,
      ...(status && { statusAtSource: status }),
      ...(timely !== undefined && { timelyAtSource: timely }),
      ...(disputed !== undefined && { disputedAtSource: disputed }),
    },
  };
  const sometime = undated(forwardedAt.at > receivedAt.at ? forwardedAt : receivedAt); // some rows say sent a day before received; both are kept as said
  const answer: BureauAnswer = { at: sometime, now, resolution, isOpen: status !== '' && resolution === null, timely, disputed };
  return {
    record: `${record}:complaint`,
    content,
    stream: complaintStream(importedId(SYSTEM, record, 'complaint'), clientId),
    branchId,
    creates: true,
    decide: steps(complaint, [
      { command: registered, occurred: receivedAt },
      { command: silent, occurred: receivedAt },
      ...answerOf(answer).map((command) => ({ command, occurred: sometime })),
    ]),
    amend: (past) => amended(past, registered, answer),
  };
}

/** The file has no time of any act of the firm: only how long the bureau took to forward it can be measured. */
const silent: ComplaintCommand = { type: 'NoteComplaintSource', system: SYSTEM, silentOn: silences };

/**
 * `M/D/YYYY` as in the extract, `YYYY-MM-DD` as in later exports, or that date with a time behind it, which is left: the bureau
 * knows the day, and writes a time of its own making.
 */
function day(values: Readonly<Record<string, string>>, column: string): When {
  const text = values[column]!;
  const us = /^(\d{1,2})\/(\d{1,2})\/(\d{4})$/.exec(text);
  const iso = /^(\d{4})-(\d{2})-(\d{2})(?:[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?(?:Z|[+-]\d{2}:?\d{2})?)?$/.exec(text);
  if (us) return onDay(localDate(Number(us[3]), Number(us[1]), Number(us[2]), column), ZONE);
  if (iso) return onDay(localDate(Number(iso[1]), Number(iso[2]), Number(iso[3]), column), ZONE);
  return refuse(text ? 'not-a-date' : 'missing-value', column);
}

function yesNo(values: Readonly<Record<string, string>>, column: string): boolean | undefined {
  const text = values[column]!;
  if (text === '') return undefined;
  if (text !== 'Yes' && text !== 'No') refuse('not-yes-or-no', column);
  return text === 'Yes';
}
