import type { ProjectionId } from '#projections';

/** The read models and the versions that this build writes and reads. */
export const projectionIds = {
  clientFiles: { name: 'clientFiles', version: 1 },
  timeline: { name: 'timeline', version: 1 },
  tierHistory: { name: 'tierHistory', version: 1 },
  complaints: { name: 'complaints', version: 1 },
  followUps: { name: 'followUps', version: 1 },
  riskProfiles: { name: 'riskProfiles', version: 1 },
  clientContacts: { name: 'clientContacts', version: 1 },
  clientAttributes: { name: 'clientAttributes', version: 1 },
  segments: { name: 'segments', version: 1 },
  requests: { name: 'requests', version: 1 },
  caseFacts: { name: 'caseFacts', version: 1 },
  calendars: { name: 'calendars', version: 1 },
  handbook: { name: 'handbook', version: 1 },
  handbookReaders: { name: 'handbookReaders', version: 1 },
  commitments: { name: 'commitments', version: 1 },
  accountFacts: { name: 'accountFacts', version: 1 },
  relationships: { name: 'relationships', version: 1 },
  tierStandings: { name: 'tierStandings', version: 1 },
  tierRules: { name: 'tierRules', version: 1 },
  staffSeen: { name: 'staffSeen', version: 1 },
} as const satisfies Record<string, ProjectionId>;

export type ReadModel = keyof typeof projectionIds;
