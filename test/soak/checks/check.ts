/** What one check found; no findings: what it stands for holds. */
export interface Check {
  name: string;
  findings: string[];
  /** What was compared, for the report. */
  compared: string;
}

const SHOWN = 5;

/** Findings as a few sentences, however many there are. */
export const shown = ({ findings }: Check): string =>
  findings.slice(0, SHOWN).join('; ') + (findings.length > SHOWN ? `; and ${findings.length - SHOWN} more` : '');
