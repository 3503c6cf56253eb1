import { authorityProblems, claimProblems, inboxProblems, reconciliationProblems, sourceProblems, speakingProblems } from '#back-office';
import { applicationProblems } from '#application';
import { assignmentProblems, clientProblems, riskProfileProblems, segmentProblems } from '#clients';
import { complaintProblems } from '#complaints';
import { contactProblems, followUpProblems, outreachProblems, surveyProblems } from '#contacts';
import type { ProblemTitle } from '#event-sourcing';
import { calendarProblems, commitmentProblems, handbookProblems, requestProblems } from '#service-levels';
import { tierProblems, tierRulesProblems } from '#tiers';
import { edgeProblems } from './edge-problems.js';

/** Every rule of the domain that can refuse a command. */
const domainProblems = {
  ...clientProblems,
  ...assignmentProblems,
  ...contactProblems,
  ...followUpProblems,
  ...riskProfileProblems,
  ...outreachProblems,
  ...surveyProblems,
  ...segmentProblems,
  ...tierProblems,
  ...tierRulesProblems,
  ...complaintProblems,
  ...requestProblems,
  ...calendarProblems,
  ...handbookProblems,
  ...commitmentProblems,
  ...inboxProblems,
  ...reconciliationProblems,
  ...sourceProblems,
  ...authorityProblems,
  ...claimProblems,
};

const applicationStatuses: Record<keyof typeof applicationProblems, number> = {
  'not-found': 404,
  'too-many-writers': 409,
  'idempotency-key-reused': 422,
  'branch-not-yours': 403,
  'stale-version': 412,
};

export type ProblemCode =
  keyof typeof speakingProblems | keyof typeof edgeProblems | keyof typeof applicationProblems | keyof typeof domainProblems;

export interface CatalogueEntry extends ProblemTitle {
  code: ProblemCode;
  status: number;
}

const withStatus = ([code, { en, zh }]: [string, ProblemTitle], status: number): CatalogueEntry => ({
  code: code as ProblemCode,
  status,
  en,
  zh,
});

const entries: readonly CatalogueEntry[] = [
  ...Object.entries(domainProblems).map((entry) => withStatus(entry, 422)),
  // who may not speak for a source may not, whatever they say
  ...Object.entries(speakingProblems).map((entry) => withStatus(entry, 403)),
  ...Object.entries(applicationProblems).map((entry) =>
    withStatus(entry, applicationStatuses[entry[0] as keyof typeof applicationProblems]),
  ),
  ...Object.entries(edgeProblems).map(([code, problem]) => withStatus([code, problem], problem.status)),
];

/** The published catalogue: every code that an answer can carry, once. */
export const problemCatalogue: ReadonlyMap<string, CatalogueEntry> = new Map(entries.map((entry) => [entry.code, entry]));

export const isProblemCode = (code: string): code is ProblemCode => problemCatalogue.has(code);
