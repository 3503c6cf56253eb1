/** What begins a formula in a spreadsheet that opens the file. */
const FORMULA = /^[=+\-@\t\r]/;

/**
 * One record of a CSV file as RFC 4180 has it, with its line end. A text that a spreadsheet would compute is led by an
 * apostrophe; a number is written as the number that it is.
 */
export function csvRecord(cells: readonly (string | number)[]): string {
  return `${cells.map(cellText).join(',')}\r\n`;
}

function cellText(cell: string | number): string {
  if (typeof cell === 'number') return String(cell);
  const text = FORMULA.test(cell) ? `'${cell}` : cell;
  return /[",\r\n]|^\s|\s$/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
