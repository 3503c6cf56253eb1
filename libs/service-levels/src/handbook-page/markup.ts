/** Markup that is known to be sound; any other text is escaped where it is put in. */
export class Html {
  constructor(readonly text: string) {}
}

const escapes: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };
const escaped = (text: string): string => text.replace(/[&<>"']/g, (character) => escapes[character]!);

type Part = string | number | Html | readonly Html[];
const textOf = (part: Part): string => {
  if (part instanceof Html) return part.text;
  return typeof part === 'object' ? part.map(({ text }) => text).join('') : escaped(String(part));
};

/** A template whose values are escaped unless they are markup already. */
export const markup = (literals: TemplateStringsArray, ...parts: readonly Part[]): Html =>
  new Html(literals.reduce((text, literal, i) => `${text}${textOf(parts[i - 1]!)}${literal}`));

/** Paragraphs between blank lines; lines that begin with `- ` are a list. */
export function prose(text: string): Html[] {
  return text
    .split(/\n\s*\n/)
    .map((block) =>
      block
        .split('\n')
        .map((line) => line.trim())
        .filter(Boolean),
    )
    .filter((lines) => lines.length > 0)
    .map((lines) =>
      lines.every((line) => line.startsWith('- '))
        ? markup`<ul>
            ${lines.map((line) => markup`<li>${line.slice(2)}</li>`)}
          </ul>`
        : markup`<p>${lines.join(' ')}</p>`,
    );
}
