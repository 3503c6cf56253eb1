import type { Language } from '#event-sourcing';
import type { HandbookEdition, ServicePromise } from '../format/format.js';
import { type FullPromise, withDefaults } from '../handbook/promise-defaults.js';
import { markup, type Html } from './markup.js';
import { everyText, targetText, words } from './words.js';

/** Promises that differ in their tier alone: one line of a table. */
interface Row {
  first: FullPromise;
  promises: FullPromise[];
}

export type Naming = (code: string) => string;

/** One table a process: a line for each thing promised, a column for each tier that is promised another time. */
export function timesOf(edition: HandbookEdition, language: Language, nameOf: Naming): Html[] {
  const promises = edition.promises.map(withDefaults);
  const named = promises.flatMap(({ appliesTo }) => appliesTo.process ?? []);
  const processes = [...new Set([...(edition.covers ?? []), ...named])];
  const tables = processes.map((process) => ({
    title: nameOf(process),
    id: `process-${processes.indexOf(process) + 1}`,
    promises: promises.filter(({ appliesTo }) => appliesTo.process?.includes(process)),
    isComplaint: process === 'complaint',
  }));
  const ofAll = promises.filter(({ appliesTo }) => appliesTo.process === undefined);
  const everything = { title: words[language].everyProcess, id: 'process-0', promises: ofAll, isComplaint: false };
  return [...tables, everything].filter((table) => table.promises.length > 0).map((table) => tableOf(table, edition, language, nameOf));
}

interface Table {
  title: string;
  id: string;
  promises: readonly FullPromise[];
  isComplaint: boolean;
}

function tableOf({ title, id, promises, isComplaint }: Table, edition: HandbookEdition, language: Language, nameOf: Naming): Html {
  const say = words[language];
  const tiers = tiersOf(promises, edition);
  const rows = rowsOf(promises);
  const isForAll = promises.some(({ appliesTo }) => appliesTo.tier === undefined);
  const columns = [...(isForAll ? [undefined] : []), ...tiers];
  const heading = (tier: string | undefined): string =>
    tier === undefined ? (tiers.length > 0 ? say.otherClients : say.time) : nameOf(tier);
  return markup`
    <section aria-labelledby="${id}">
      <h3 id="${id}">${title}</h3>
      <div class="wide" tabindex="0" role="region" aria-labelledby="${id}">
        <table>
          <thead>
            <tr>
              <th scope="col">${say.what}</th>
              ${columns.map((tier) => markup`<th scope="col">${heading(tier)}</th>`)}
            </tr>
          </thead>
          <tbody>
            ${rows.map(
              (row) => markup`
                <tr>
                  <th scope="row">${labelOf(row, isComplaint, language, nameOf)}</th>
                  ${cellsOf(row, columns, language)}
                </tr>
              `,
            )}
          </tbody>
        </table>
      </div>
    </section>
  `;
}

/** In the order in which the edition names them, others behind. */
function tiersOf(promises: readonly ServicePromise[], { names = {} }: HandbookEdition): string[] {
  const mentioned = [...new Set(promises.flatMap(({ appliesTo }) => appliesTo?.tier ?? []))];
  const known = Object.keys(names);
  const rank = (tier: string): number => (known.includes(tier) ? known.indexOf(tier) : known.length);
  return mentioned.toSorted((a, b) => rank(a) - rank(b));
}

function rowsOf(promises: readonly FullPromise[]): Row[] {
  const rows = new Map<string, Row>();
  for (const promise of promises) {
    const { metric, step, appliesTo, calendar, recurring, pausable } = promise;
    const key = JSON.stringify([metric, step, promise.class, appliesTo.channel, appliesTo.severity, calendar, recurring, pausable]);
    const row = rows.get(key);
    if (row) row.promises.push(promise);
    else rows.set(key, { first: promise, promises: [promise] });
  }
  return [...rows.values()];
}

function labelOf(row: Row, isComplaint: boolean, language: Language, nameOf: Naming): Html {
  const say = words[language];
  const { first } = row;
  const { metric, step, appliesTo, calendar, pausable } = first;
  const what =
    metric === 'step' ? say.step(nameOf(step ?? '')) : metric === 'resolution' && isComplaint ? say.finalResponse : say.metrics[metric];
  const list = (codes: readonly string[]): string => codes.map(nameOf).join(say.separator);
  const notes = [
    ...(first.class === 'regulatory' ? [say.regulatory] : []),
    ...(appliesTo.channel ? [say.channel(list(appliesTo.channel))] : []),
    ...(appliesTo.severity ? [say.severity(list(appliesTo.severity))] : []),
    say.countedIn(nameOf(calendar)),
    ...(row.promises.some(isFromNextDay) ? [say.afterClosing] : []),
    ...(pausable ? [say.pausable] : []),
  ];
  return markup`${what} <small>${notes.join(' · ')}</small>`;
}

const isFromNextDay = ({ target }: FullPromise): boolean =>
  target.kind === 'businessDays' && target.receiptRule === 'next_business_day_if_after_close';

/** One cell a tier, or one for all of them where they are promised the same. */
function cellsOf(row: Row, columns: readonly (string | undefined)[], language: Language): Html {
  const cells = columns.map((tier) => markup`${cellOf(row, tier, language)}`);
  const [first] = cells;
  if (first && cells.length > 1 && cells.every(({ text }) => text === first.text))
    return markup`<td colspan="${cells.length}">${first}</td>`;
  return markup`${cells.map((cell) => markup`<td>${cell}</td>`)}`;
}

// A tier without a time of its own has that of everybody.
function cellOf({ promises }: Row, tier: string | undefined, language: Language): Html[] {
  const own = promises.filter(({ appliesTo }) => (tier === undefined ? appliesTo.tier === undefined : appliesTo.tier?.includes(tier)));
  const shown = own.length > 0 ? own : promises.filter(({ appliesTo }) => appliesTo.tier === undefined);
  if (shown.length === 0) return [markup`—`];
  return shown.map(({ target, recurring }, i) => {
    const time = targetText(target, language);
    return markup`${i > 0 ? markup`<br />` : ''}${recurring ? everyText(time, language) : time}`;
  });
}
