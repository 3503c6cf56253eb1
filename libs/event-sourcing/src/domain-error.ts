/** A rule or the state forbids the command. The code is part of the published catalogue; no personal data in it. */
export class DomainError extends Error {
  constructor(
    readonly code: string,
    /** JSON Pointers of the fields at fault, where the rule concerns certain fields. */
    readonly pointers: readonly string[] = [],
    /** What is wrong at each place, where that is not the code itself. */
    readonly faults: readonly { pointer: string; code: string }[] = [],
  ) {
    super(code);
    this.name = 'DomainError';
  }
}

/** The stream moved past the version that the caller had seen. */
export class VersionConflict extends Error {
  constructor(
    readonly streamId: string,
    readonly expected: number,
    readonly actual: number,
  ) {
    super(`stream ${streamId} is at version ${actual}, not ${expected}`);
    this.name = 'VersionConflict';
  }
}

/** Title of a problem in both languages of the product. */
export interface ProblemTitle {
  en: string;
  zh: string;
}
