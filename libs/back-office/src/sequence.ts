/** A range of sequence numbers, both ends included. */
export type SequenceRange = readonly [first: number, last: number];

/** What has been seen of one account's sequence. Ranges ascend and never touch. */
export interface SequenceState {
  /** Highest number seen, 0 before the first. */
  highest: number;
  missing: readonly SequenceRange[];
  /** Gaps that were told of and are not closed yet, as they were found. */
  open: readonly SequenceRange[];
}

export interface SequenceNews {
  state: SequenceState;
  found?: SequenceRange;
  /** Nothing is missing any more up to here, and a gap that was told of ended here or earlier. */
  closedThrough?: number;
}

export const noSequence: SequenceState = { highest: 0, missing: [], open: [] };

/** A message with this number has come. One that came before changes nothing. */
export function sequenceSeen({ highest, missing, open }: SequenceState, sequence: number): SequenceNews {
  if (sequence > highest) {
    const state = { highest: sequence, missing, open };
    if (sequence === highest + 1) return { state };
    const found: SequenceRange = [highest + 1, sequence - 1];
    return { state: { ...state, missing: [...missing, found], open: [...open, found] }, found };
  }
  const left = missing.flatMap(([first, last]): SequenceRange[] => {
    if (sequence < first || sequence > last) return [[first, last]];
    const parts: SequenceRange[] = [
      [first, sequence - 1],
      [sequence + 1, last],
    ];
    return parts.filter(([from, to]) => from <= to);
  });
  return settled({ highest, missing: left, open });
}

/** A person says that what is missing up to `through` will never come. */
export function sequenceGivenUp({ highest, missing, open }: SequenceState, through: number): SequenceNews {
  const left = missing
    .filter(([, last]) => last > through)
    .map(([first, last]): SequenceRange => [Math.max(first, Math.min(through, highest) + 1), last]);
  return settled({ highest, missing: left, open });
}

function settled({ highest, missing, open }: SequenceState): SequenceNews {
  const complete = (missing[0]?.[0] ?? highest + 1) - 1;
  const closed = open.filter(([, last]) => last <= complete);
  const state = { highest, missing, open: open.filter(([, last]) => last > complete) };
  return closed.length > 0 ? { state, closedThrough: complete } : { state };
}
