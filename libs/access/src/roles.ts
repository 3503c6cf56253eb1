/** What a token's `role` may be. A person with two duties has two tokens. */
export const roles = [
  'serviceDeskAgent',
  'relationshipManager',
  'branchManager',
  'complianceOfficer',
  'auditor',
  'integrationClient',
  'admin',
] as const;
export type Role = (typeof roles)[number];

/** The branch scope that sees every branch. */
export const ALL_BRANCHES = '*';

const branchScoped: ReadonlySet<Role> = new Set<Role>(['serviceDeskAgent', 'relationshipManager', 'branchManager']);

/** Whether the role sees the clients of one branch only; its tokens then name the branch. */
export const isBranchScoped = (role: Role): boolean => branchScoped.has(role);

export const isRole = (text: unknown): text is Role => roles.some((role) => role === text);

/** Who asks, as a verified token says. */
export interface Principal {
  /** The token's `sub`: a person of the firm, or a system. Class P1. */
  readonly subject: string;
  readonly role: Role;
  /** Set where the role is branch-scoped. */
  readonly branch?: string;
  /** The one branch whose clients they may touch, or `ALL_BRANCHES`. */
  readonly branchScope: string;
}

export const principalOf = (subject: string, role: Role, branch: string | undefined): Principal =>
  isBranchScoped(role) && branch !== undefined
    ? { subject, role, branch, branchScope: branch }
    : // a branch-scoped role without a branch sees the clients of no branch: no branch has an empty name
      { subject, role, branchScope: isBranchScoped(role) ? '' : ALL_BRANCHES };
