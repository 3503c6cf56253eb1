import { type Speaker, speakingFault, speakingProblems, type SourceStanding } from '#back-office';
import { DomainError } from '#event-sourcing';
import type { Delivery, Statement } from './statement.js';

const refusal = DomainError.of(speakingProblems);

function speakerOf({ channel, speaker }: Delivery): Speaker {
  switch (channel) {
    case 'http':
      return { over: 'http', subject: speaker ?? '' };
    case 'kafka':
      return { over: 'kafka', ...(speaker !== undefined && { sender: speaker }) };
    case 'file':
      return { over: 'file' };
  }
}

/**
 * Statements of messages, in order, with a refusal in place of each that its speaker may not make. Throws DomainError, with
 * pointers into `messages`, for a delivery over HTTP.
 */
export function heard(
  pieces: readonly (readonly Statement[])[],
  delivery: Delivery,
  standings: ReadonlyMap<string, SourceStanding>,
): Statement[] {
  const speaker = speakerOf(delivery);
  const faultOf = (statement: Statement) => {
    const { source, message } = statement;
    // what is put down to whoever brought it names no source
    if (!message && source === delivery.source) return undefined;
    return speakingFault(standings.get(source), speaker, message?.kind);
  };
  const faults = pieces.map((statements) => statements.map(faultOf));
  const first = faults.flat().find((fault) => fault !== undefined);
  if (first === undefined) return pieces.flat();
  if (delivery.channel === 'http') {
    const at = faults.flatMap((those, index) => (those.includes(first) ? [`/messages/${index}/${memberOf(first)}`] : []));
    throw refusal(first, at);
  }
  return pieces.flatMap((statements, piece) =>
    statements.map((statement, at) => {
      const code = faults[piece]![at];
      return code === undefined || !statement.message ? statement : setAside(statement, code);
    }),
  );
}

const memberOf = (fault: keyof typeof speakingProblems): string => (fault === 'kind-not-of-source' ? 'kind' : 'source');

/** It does not take its key: who may make it still can. */
function setAside({ message: _message, ...statement }: Statement, code: keyof typeof speakingProblems): Statement {
  const { source, rawSha256 } = statement;
  return { ...statement, lane: `source|${source}`, contentSha256: rawSha256, refusal: { code, pointer: `/${memberOf(code)}` } };
}
