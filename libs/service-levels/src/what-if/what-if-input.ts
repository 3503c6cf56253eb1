import type { WhatIfAnswer, WhatIfDocument } from '../format/format.js';
import type { FormatFault } from '../format/format-faults.js';
import { checkWhatIf } from '../format/format-checks.js';
import { answerWhatIf } from './what-if.js';

export type WhatIfDocuments = { documents: WhatIfDocument[]; many: boolean } | { faults: FormatFault[] };

/** One document, or an array of them, whose faults are below their indexes: all of them sound, or every fault. */
export function checkWhatIfs(value: unknown): WhatIfDocuments {
  const many = Array.isArray(value);
  const documents: WhatIfDocument[] = [];
  const faults: FormatFault[] = [];
  for (const [i, one] of (many ? (value as unknown[]) : [value]).entries()) {
    const checked = checkWhatIf(one);
    if ('document' in checked) documents.push(checked.document);
    else faults.push(...checked.faults.map(({ pointer, code }) => ({ pointer: many ? `/${i}${pointer}` : pointer, code })));
  }
  return faults.length > 0 ? { faults } : { documents, many };
}

/** The answer of the document, or of each of the array in its order. */
export function answerWhatIfs({ documents, many }: { documents: readonly WhatIfDocument[]; many: boolean }): WhatIfAnswer | WhatIfAnswer[] {
  const answers = documents.map(answerWhatIf);
  return many ? answers : answers[0]!;
}
