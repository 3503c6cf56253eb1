import { readFile, stat } from 'node:fs/promises';
import { readStrictJson } from '#event-sourcing';
import { answerWhatIfs, checkWhatIfs, formatFaults, type WhatIfAnswer } from '#service-levels';
import { withoutMark } from '#text-files';

const FILE_MAX_BYTES = 256 * 1024 * 1024;

/** What is wrong at one place of the file; `pointer` is RFC 6901, in an array of documents it begins with the document's index. */
export interface FileFault {
  pointer: string;
  code: string;
  /** For a person. */
  detail: string;
}

/** RFC 9457. */
export interface FileProblem {
  type: string;
  title: string;
  status: 400;
  code: 'unreadable-file' | 'malformed-json' | 'invalid-request';
  detail: string;
  errors?: FileFault[];
}

export type FileAnswer = { answer: WhatIfAnswer | WhatIfAnswer[] } | { problem: FileProblem };

/** Answers the what-if document in a file, or each of an array of them in that order; all of it, or a problem and nothing. */
export async function answerWhatIfFile(file: string): Promise<FileAnswer> {
  let bytes: Buffer;
  try {
    if ((await stat(file)).size > FILE_MAX_BYTES) return problem('unreadable-file', `${file} is larger than 256 MiB`);
    bytes = withoutMark(await readFile(file));
  } catch (error) {
    return problem('unreadable-file', (error as Error).message);
  }
  const read = readStrictJson(bytes);
  if (read === undefined) return problem('malformed-json', `${file} is not one well-formed JSON value in UTF-8`);
  if (read.faults.some(({ code }) => code === 'too-deep')) return invalid(read.faults);
  const checked = checkWhatIfs(read.value);
  const known = new Set(read.faults.map(({ pointer }) => pointer));
  const faults = 'faults' in checked ? checked.faults.filter(({ pointer }) => !known.has(pointer)) : [];
  if ('faults' in checked || read.faults.length > 0) return invalid([...read.faults, ...faults]);
  return { answer: answerWhatIfs(checked) };
}

const titles: Record<FileProblem['code'], string> = {
  'unreadable-file': 'The file cannot be read',
  'malformed-json': 'The file is not one well-formed JSON value',
  'invalid-request': 'The file does not have the published format',
};

/** Of a text that is JSON; the words of the API's catalogue. */
const jsonFaults: Readonly<Record<string, string>> = {
  'duplicate-member': 'The member is stated twice',
  'too-deep': 'The JSON is nested deeper than 32 levels',
  'nul-character': 'Text may not hold the character U+0000',
  'lone-surrogate': 'Text may not hold half of a surrogate pair',
};

function invalid(faults: readonly { pointer: string; code: string }[]): FileAnswer {
  const texts: Readonly<Record<string, { en: string }>> = formatFaults;
  const errors = faults.map(({ pointer, code }) => ({ pointer, code, detail: texts[code]?.en ?? jsonFaults[code] ?? code }));
  return problem('invalid-request', `${errors.length} place(s) at fault, listed in errors`, errors);
}

function problem(code: FileProblem['code'], detail: string, errors?: FileFault[]): FileAnswer {
  return { problem: { type: `/problems/${code}`, title: titles[code], status: 400, code, detail, ...(errors && { errors }) } };
}
