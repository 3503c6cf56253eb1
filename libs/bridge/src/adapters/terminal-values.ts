import { decimalsOf } from '#event-sourcing';
import type { KeptRow, TerminalCells } from './terminal-file.js';
import { currencyOf, type TerminalColumn } from './terminal-words.js';

/** Shares and fund units. Terminals write more zeros than there are decimals, and commas between thousands. */
export const QUANTITY = { decimals: 6, zerosBehind: true, thousands: true };

/** What is kept of a row, or that it is no record; undefined where its cells are not those of the header. */
export function keptRow(raw: Uint8Array): KeptRow | { none: string } | undefined {
  const kept = JSON.parse(Buffer.from(raw).toString('utf8')) as KeptRow | { none: string } | { broken: string };
  return 'broken' in kept ? undefined : kept;
}

export function currencyIn(cells: TerminalCells): string {
  const word = cells.optional('currency');
  return currencyOf(word) ?? cells.refuse('unknown-word', 'currency', word);
}

/** In minor units of the currency; it may be below zero. */
export const moneyIn = (cells: TerminalCells, column: TerminalColumn, currency: string): number =>
  cells.decimal(column, { decimals: decimalsOf(currency)!, zerosBehind: true, thousands: true });

/** The row's own account, or the one that the file was said to be of; the two may not differ. */
export function accountIn(cells: TerminalCells, { account }: Pick<KeptRow, 'account'>): string {
  const own = cells.optional('account');
  if (own === '') return account ?? cells.refuse('missing', 'account');
  return account === undefined || account === own ? own : cells.refuse('other-account', 'account');
}
