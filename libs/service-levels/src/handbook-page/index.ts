import type { Instant, Language } from '#event-sourcing';
import type { HandbookEdition, HandbookSection } from '../format/format.js';
import type { EditionStatus } from '../handbook/handbook.js';
import { Html, markup, prose } from './markup.js';
import { handbookStyle } from './style.js';
import { timesOf } from './times.js';
import { words } from './words.js';

export { handbookStyle } from './style.js';
export { targetText } from './words.js';

export interface HandbookPageOptions {
  language: Language;
  status: EditionStatus;
  /** Until when it is in force; null: open. */
  effectiveTo: Instant | null;
  /** IANA zone in which the page tells its dates. */
  zone: string;
}

/** The edition as a client reads it: one HTML document of its own, without script; its style is `handbookStyle` alone. */
export function handbookPage(edition: HandbookEdition, options: HandbookPageOptions): string {
  const { language } = options;
  const say = words[language];
  const { names = {} } = edition;
  const nameOf = (code: string): string => (Object.hasOwn(names, code) ? names[code]![language] : code);
  const title = edition.title?.[language] ?? say.handbook;
  const sections = withTimes(edition);
  const other = language === 'zh' ? 'en' : 'zh';
  const page = markup`<!doctype html>
    <html lang="${say.htmlLanguage}">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>${title} · ${say.edition(edition.edition)}</title>
        <style>${new Html(handbookStyle)}</style>
      </head>
      <body>
        <a class="skip" href="#text">${say.skip}</a>
        <div class="sheet">
          <header>
            <h1>${title}</h1>
            <p class="about">${aboutOf(edition, options)}</p>
            ${flagsOf(edition, options).map((flag) => markup`<p class="flag">${flag}</p>`)}
            <p class="other">
              <a href="?language=${other}" hreflang="${words[other].htmlLanguage}" lang="${words[other].htmlLanguage}"
                >${say.otherLanguage}</a
              >
            </p>
          </header>
          <nav aria-label="${say.contents}">
            <ol>
              ${sections.map(({ title }, i) => markup`<li><a href="#section-${i + 1}">${title[language]}</a></li>`)}
            </ol>
          </nav>
          <main id="text">
            ${sections.map(
              ({ id, title, body }, i) => markup`
                <section aria-labelledby="section-${i + 1}">
                  <h2 id="section-${i + 1}">${title[language]}</h2>
                  ${prose(body[language])} ${id === TIMES ? timesOf(edition, language, nameOf) : []}
                </section>
              `,
            )}
          </main>
          <footer>${title} · ${aboutOf(edition, options)}</footer>
        </div>
      </body>
    </html>`;
  return `${page.text}\n`;
}

const TIMES = 'processes';

/** The sections as written; the times are part of the one on processes, or come last where there is none. */
function withTimes({ sections = [] }: HandbookEdition): readonly HandbookSection[] {
  if (sections.some(({ id }) => id === TIMES)) return sections;
  return [...sections, { id: TIMES, title: { zh: words.zh.times, en: words.en.times }, body: { zh: '', en: '' } }];
}

function aboutOf({ edition, effectiveFrom }: HandbookEdition, { language, effectiveTo, zone }: HandbookPageOptions): string {
  const say = words[language];
  const format = new Intl.DateTimeFormat(say.locale, { timeZone: zone, dateStyle: 'long' });
  const dateOf = (instant: Instant): string => format.format(new Date(instant));
  return [say.edition(edition), say.from(dateOf(effectiveFrom)), ...(effectiveTo === null ? [] : [say.until(dateOf(effectiveTo))])].join(
    ' · ',
  );
}

function flagsOf({ status: confirmation }: HandbookEdition, { language, status }: HandbookPageOptions): string[] {
  const say = words[language];
  return [
    ...(status === 'drafted' || status === 'approved' ? [say.draft] : []),
    ...(status === 'retired' ? [say.retired] : []),
    ...(confirmation === 'unconfirmed' ? [say.unconfirmed] : []),
  ];
}
