import type { ProblemTitle } from '#event-sourcing';
import { factKindOf } from './fact-kinds.js';
import type { MessageKind } from './messages.js';
import type { SourceTerms } from './source-registration.js';

/**
 * What is known of a source: its terms; or that it spoke before sources were registered, and goes on as it did until it is;
 * or nothing, and then it is not heard over the network.
 */
export type SourceStanding = { is: 'registered'; terms: SourceTerms } | { is: 'asSeen' };

/** Who brings a message. */
export type Speaker = { over: 'http'; subject: string } | { over: 'kafka'; sender?: string } | { over: 'file' };

export const speakingProblems = {
  'source-not-registered': { en: 'The source is not registered', zh: '来源未登记' },
  'source-not-yours': { en: 'You may not speak for this source', zh: '您无权代表该来源' },
  'kind-not-of-source': { en: 'The source does not tell of this', zh: '该来源不提供此类数据' },
} as const satisfies Record<string, ProblemTitle>;
export type SpeakingFault = keyof typeof speakingProblems;

/** Why a message is not taken from this speaker; undefined where it is. `kind`: absent where the message could not be read. */
export function speakingFault(standing: SourceStanding | undefined, speaker: Speaker, kind?: MessageKind): SpeakingFault | undefined {
  // who imports a file has the installation itself in hand: until the source is registered, that is whose word it is
  if (!standing) return speaker.over === 'file' ? undefined : 'source-not-registered';
  if (standing.is === 'asSeen') return undefined;
  const { terms } = standing;
  if (!maySpeak(terms, speaker)) return 'source-not-yours';
  const told = kind && factKindOf(kind);
  return told && !terms.kinds.includes(told) ? 'kind-not-of-source' : undefined;
}

function maySpeak(terms: SourceTerms, speaker: Speaker): boolean {
  switch (speaker.over) {
    case 'http':
      return terms.subjects.includes(speaker.subject);
    case 'kafka':
      return speaker.sender !== undefined && terms.senders.includes(speaker.sender);
    case 'file':
      return terms.files;
  }
}
