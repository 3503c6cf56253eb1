// A thread of its own: what it is at keeps nobody else waiting.
import { parentPort } from 'node:worker_threads';
import { answerWhatIfs, checkWhatIfs, type FormatFault, whatIfEffort } from '#service-levels';

export interface WhatIfTask {
  nth: number;
  /** As it was stated: a what-if document, or an array of them. */
  body: unknown;
  /** Steps that one answer may take; a step is a microsecond or less. */
  effortMax: number;
}

export interface WhatIfOutcome {
  /** JSON. */
  answer?: string;
  /** Why there is no answer. */
  faults?: readonly FormatFault[];
  /** A bug. */
  error?: string;
}

export interface WhatIfDone extends WhatIfOutcome {
  nth: number;
}

parentPort!.on('message', ({ nth, ...task }: WhatIfTask) => parentPort!.postMessage({ nth, ...outcomeOf(task) } satisfies WhatIfDone));

function outcomeOf({ body, effortMax }: Omit<WhatIfTask, 'nth'>): WhatIfOutcome {
  try {
    const checked = checkWhatIfs(body);
    if ('faults' in checked) return checked;
    const effort = checked.documents.reduce((sum, one) => sum + whatIfEffort(one), 0);
    return effort > effortMax ? { faults: [{ pointer: '', code: 'too-much' }] } : { answer: JSON.stringify(answerWhatIfs(checked)) };
  } catch (error) {
    return { error: String(error) };
  }
}
