import type { InEveryLanguage } from './shared-words.js';

export type ProblemTitle = InEveryLanguage;

/** A rule or the state forbids the command. The code is part of the published catalogue; no personal data in it. */
export class DomainError extends Error {
  // private, so that a refusal is always one of a catalogue: `DomainError.of`
  private constructor(
    readonly code: string,
    readonly pointers: readonly string[],
    readonly faults: readonly { pointer: string; code: string }[],
  ) {
    super(code);
    this.name = 'DomainError';
  }

  /**
   * The refusals of one catalogue, to be thrown; a code that is not in it does not compile. `pointers`: JSON Pointers of the
   * fields at fault, where the rule concerns certain fields. `faults`: what is wrong at each place, where that is not the code itself.
   */
  static of<Code extends string>(_problems: Readonly<Record<Code, ProblemTitle>>) {
    return (code: Code, pointers: readonly string[] = [], faults: readonly { pointer: string; code: Code }[] = []): DomainError =>
      new DomainError(code, pointers, faults);
  }
}
