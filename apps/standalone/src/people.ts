import type { roles } from '#access';

/** Who the demo's tokens are for: one person a role, all of the branch where the walked-through client is. */
export const people = {
  serviceDeskAgent: 'dai.service',
  relationshipManager: 'rong.manager',
  branchManager: 'bao.branch',
  complianceOfficer: 'cheng.compliance',
  auditor: 'an.auditor',
  integrationClient: 'back-office',
  admin: 'admin',
} as const satisfies Record<(typeof roles)[number], string>;

export type Tokens = Record<keyof typeof people, string>;
