import { existsSync } from 'node:fs';
import path from 'node:path';
import { ownerOf } from '#application';
import { type AccountLink, type AccountRole, client, type ClientEvent, clientStream } from '#clients';
import { type DomainEvent, fold, type When } from '#event-sourcing';
import { localDate, onDay } from './dates.js';
import { prospectFact } from './prospect.js';
import { canonicalRow } from './row-identity.js';
import {
  coded,
  type DatedEvent,
  importedId,
  refuse,
  type Source,
  type SourceOptions,
  type SourceRow,
  steps,
  UnusableFile,
} from './source.js';
import { mapRows, type TableRow, tableRows } from './table-file.js';

const SYSTEM = 'berka';
const ZONE = 'Europe/Prague';
const FILES = { account: 'account.asc', client: 'client.asc', disp: 'disp.asc' };
const ACCOUNT = { needed: ['account_id', 'district_id', 'frequency', 'date'] };
const CLIENT = { needed: ['client_id', 'birth_number', 'district_id'] };
const DISP = { needed: ['disp_id', 'client_id', 'account_id', 'type'] };
const ROLES = new Map<string, AccountRole>([
  ['OWNER', 'owner'],
  ['DISPONENT', 'disponent'],
]);

interface Account {
  district: string;
  opened: When;
}

/**
 * The Czech bank's accounts, clients and dispositions. A client's branch is the district of the account that they first
 * dispose of, for the file names no other; sex and birth date are what the birth number encodes; the client's own
 * district is their region. A disposition links the account to the client, opened on the account's date. Accounts have
 * no event of their own: they are carried by their links. Not said, and so absent: names, addresses, when a client came.
 * Accounts and dispositions are held in memory while clients are read, about 200 bytes a row.
 */
export const berka: Source = {
  name: SYSTEM,
  files(folder) {
    const files = Object.values(FILES).map((name) => path.join(folder, name));
    const missing = files.filter((file) => !existsSync(file)).map((file) => path.basename(file));
    if (missing.length > 0) throw new UnusableFile(`the folder lacks ${missing.join(', ')}`);
    return files;
  },
  async *rows(folder, options) {
    const accounts = new Map<string, Account>();
    const firstAccount = new Map<string, string>();
    yield* mapRows(tableRows(path.join(folder, FILES.account), ';', ACCOUNT, options.encoding), (row) => accountRow(row, accounts));
    for await (const row of tableRows(path.join(folder, FILES.disp), ';', DISP, options.encoding)) {
      if ('values' in row && !firstAccount.has(row.values.client_id!)) firstAccount.set(row.values.client_id!, row.values.account_id!);
    }
    const accountOf = (clientId: string): Account | undefined => accounts.get(firstAccount.get(clientId) ?? '');
    yield* mapRows(tableRows(path.join(folder, FILES.client), ';', CLIENT, options.encoding), (row) =>
      clientRow(row, accountOf(row.values.client_id!), options),
    );
    yield* mapRows(tableRows(path.join(folder, FILES.disp), ';', DISP, options.encoding), (row) =>
      dispositionRow(row, accounts, accountOf, options),
    );
  },
};

const branchOf = (account: Account | undefined, options: SourceOptions): string => (account ? `CZ-${account.district}` : options.branchId);

function accountRow({ file, line, values }: TableRow, accounts: Map<string, Account>): SourceRow {
  const id = number(values, 'account_id');
  if (accounts.has(id)) refuse('account-named-twice', 'account_id');
  accounts.set(id, { district: number(values, 'district_id'), opened: onDay(shortDate(values.date!, 'date'), ZONE) });
  return { file, line, facts: [] };
}

function clientRow({ file, line, values }: TableRow, account: Account | undefined, options: SourceOptions): SourceRow {
  const branchId = branchOf(account, options);
  const id = number(values, 'client_id');
  const { birthDate, sex } = birth(values.birth_number!);
  const fact = prospectFact({
    record: `client:${id}`,
    content: canonicalRow(values, CLIENT.needed),
    clientId: importedId(SYSTEM, id, 'client'),
    clientNo: `BERKA-${id}`,
    branchId,
    birthDate,
    acquisitionSource: 'import',
    profile: { external: { region: `CZ-district-${number(values, 'district_id')}` }, internal: { sex } },
    // the file does not say when they came: sorted by their account, never by their birth date, which is not for the envelope
    occurred: { precision: 'unknown', at: account?.opened.at ?? options.now },
  });
  return { file, line, facts: [fact] };
}

function dispositionRow(
  { file, line, values }: TableRow,
  accounts: ReadonlyMap<string, Account>,
  accountOf: (clientId: string) => Account | undefined,
  options: SourceOptions,
): SourceRow {
  const clientId = number(values, 'client_id');
  const account = accounts.get(number(values, 'account_id')) ?? refuse('unknown-account', 'account_id');
  const role = coded(ROLES, values.type!, 'unknown-role', 'type');
  const link = { accountId: `BERKA-${values.account_id}`, role, opened: account.opened };
  const fact = {
    record: `disp:${number(values, 'disp_id')}`,
    content: canonicalRow(values, DISP.needed),
    stream: clientStream(importedId(SYSTEM, clientId, 'client')),
    branchId: branchOf(accountOf(clientId), options),
    creates: false,
    ...(role === 'owner' && { reservations: [ownerOf(link.accountId)] }),
    decide: steps(client, [{ command: { type: 'LinkAccount', link }, occurred: account.opened }]),
    amend: (past: readonly DomainEvent[]) => amendedLink(past, link, account.opened),
  };
  return { file, line, facts: [fact] };
}

/** A later file gives the same disposition another role. Another account or client under its number is no change of it. */
function amendedLink(past: readonly DomainEvent[], link: AccountLink, occurred: When): DatedEvent[] {
  const state = fold(client, past as readonly ClientEvent[]);
  const role = state.status === 'unregistered' ? undefined : state.accounts.get(link.accountId);
  if (role === undefined) return refuse('known-with-other-content', 'account_id');
  if (role === link.role) return [];
  const commands = [{ type: 'UnlinkAccount', accountId: link.accountId } as const, { type: 'LinkAccount', link } as const];
  return steps(
    client,
    commands.map((command) => ({ command, occurred })),
  )(past);
}

function number(values: Readonly<Record<string, string>>, column: string): string {
  const text = values[column]!;
  return /^\d{1,15}$/.test(text) ? String(Number(text)) : refuse(text ? 'not-a-whole-number' : 'missing-value', column);
}

/** `YYMMDD` of the twentieth century. */
function shortDate(text: string, column: string): string {
  const parts = /^(\d{2})(\d{2})(\d{2})$/.exec(text);
  if (!parts) return refuse(text ? 'not-a-date' : 'missing-value', column);
  return localDate(1900 + Number(parts[1]), Number(parts[2]), Number(parts[3]), column);
}

/** The birth number is `YYMMDD`, with 50 added to a woman's month. */
function birth(text: string): { birthDate: string; sex: 'female' | 'male' } {
  const month = Number(text.slice(2, 4));
  const female = month > 50;
  const plain = female ? `${text.slice(0, 2)}${String(month - 50).padStart(2, '0')}${text.slice(4)}` : text;
  return { birthDate: shortDate(plain, 'birth_number'), sex: female ? 'female' : 'male' };
}
