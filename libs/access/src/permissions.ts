import { type Role, roles } from './roles.js';

/** Acts that change nothing about what is recorded. */
export const readPermissions = [
  'client.read',
  'client.list',
  'client.search',
  'client.readIdentifiers',
  'client.readTimeline',
  'tier.readHistory',
  'contact.read',
  'followUp.read',
  'complaint.list',
  'complaint.read',
  'request.list',
  'request.read',
  'request.readTimeline',
  'calendar.list',
  'calendar.read',
  'handbook.list',
  'handbook.read',
  'handbook.readPage',
  'handbook.readAcknowledgements',
  'handbook.readDeliveries',
  'preset.list',
  'commitment.list',
  'commitment.read',
  'commitment.explain',
  'commitment.listOfRequest',
  'commitment.listOfComplaint',
  'commitment.listOfClient',
  'commitment.queue',
  'commitment.watch',
  'serviceLevels.read',
  'serviceLevels.readCompliance',
  'serviceLevels.readAgeing',
  'serviceLevels.whatIf',
  'serviceLevels.rehearse',
  'freshness.read',
] as const;

/** Business acts, one permission each. */
export const actPermissions = [
  'client.register',
  'client.updateProfile',
  'client.recordNeeds',
  'client.recordRiskPreference',
  'client.linkAccount',
  'client.unlinkAccount',
  'client.close',
  'assignment.assign',
  'assignment.handOver',
  'assignment.end',
  'tier.initialise',
  'tier.requestOverride',
  'tier.approveOverride',
  'tier.rejectOverride',
  'tier.revokeOverride',
  'contact.log',
  'contact.amend',
  'contact.link',
  'followUp.schedule',
  'followUp.complete',
  'complaint.register',
  'complaint.acknowledge',
  'complaint.sendFinalResponse',
  'complaint.recordAcceptance',
  'complaint.recordDispute',
  'complaint.close',
  'complaint.reopen',
  'request.receive',
  'request.start',
  'request.startStep',
  'request.completeStep',
  'request.askClient',
  'request.recordClientReply',
  'request.complete',
  'request.cancel',
  'request.reopen',
  'request.raiseSeverity',
  'commitment.extend',
  'commitment.requestExcuse',
  'commitment.approveExcuse',
  'commitment.refuseExcuse',
  'calendar.publish',
  'calendar.revise',
  'handbook.draft',
  'handbook.approve',
  'handbook.publish',
  'handbook.retire',
  'handbook.acknowledge',
  'handbook.deliver',
  'preset.switchOn',
  'preset.switchOff',
] as const;

export const permissions = [...readPermissions, ...actPermissions] as const;
export type Permission = (typeof permissions)[number];

/** What the firm promises, and by which calendars, everybody of it may read. */
const handbookReads: readonly Permission[] = [
  'calendar.list',
  'calendar.read',
  'handbook.list',
  'handbook.read',
  'handbook.readPage',
  'preset.list',
];

/** What the firm promises is drafted by compliance or administration; that another person approves is a rule of the handbook. */
const handbookDrafting: readonly Permission[] = ['calendar.publish', 'calendar.revise', 'handbook.draft', 'handbook.publish'];
const handbookDeciding: readonly Permission[] = ['handbook.approve', 'handbook.retire', 'preset.switchOn', 'preset.switchOff'];

const everydayReads: readonly Permission[] = [
  'client.read',
  'client.list',
  'client.search',
  'client.readTimeline',
  'tier.readHistory',
  'contact.read',
  'followUp.read',
  'complaint.list',
  'complaint.read',
  'request.list',
  'request.read',
  'request.readTimeline',
  ...readPermissions.filter((permission) => permission.startsWith('commitment.')),
  'handbook.readDeliveries',
  'freshness.read',
  ...handbookReads,
];

const serviceDesk: readonly Permission[] = [
  ...everydayReads,
  'client.register',
  'client.updateProfile',
  'contact.log',
  'contact.amend',
  'contact.link',
  'followUp.schedule',
  'followUp.complete',
  'complaint.register',
  'complaint.acknowledge',
  'complaint.recordAcceptance',
  'complaint.recordDispute',
  ...actPermissions.filter((permission) => permission.startsWith('request.')),
  'commitment.requestExcuse',
  'handbook.acknowledge',
  'handbook.deliver',
];

const relationshipManager: readonly Permission[] = [
  ...serviceDesk,
  'client.readIdentifiers',
  ...readPermissions.filter((permission) => permission.startsWith('serviceLevels.')),
  'client.recordNeeds',
  'client.recordRiskPreference',
  'client.linkAccount',
  'client.unlinkAccount',
  'assignment.handOver',
  'tier.initialise',
  'tier.requestOverride',
  'complaint.sendFinalResponse',
  'complaint.close',
  'complaint.reopen',
];

/** What each role may do. Whatever is not named here is refused. */
const granted: Readonly<Record<Role, ReadonlySet<Permission>>> = {
  serviceDeskAgent: new Set(serviceDesk),
  relationshipManager: new Set(relationshipManager),
  // that nobody approves their own request is a rule of the tier, not of the role
  branchManager: new Set(permissions.filter((permission) => ![...handbookDrafting, ...handbookDeciding].includes(permission))),
  complianceOfficer: new Set([
    ...readPermissions,
    ...actPermissions.filter((permission) => /^(complaint|commitment)\./.test(permission)),
    'contact.log',
    'contact.link',
    ...handbookDrafting,
    ...handbookDeciding,
    'handbook.acknowledge',
  ]),
  auditor: new Set(readPermissions),
  integrationClient: new Set([
    'client.register',
    'client.updateProfile',
    'client.linkAccount',
    'client.unlinkAccount',
    'contact.log',
    'complaint.register',
    'request.receive',
    'freshness.read',
  ]),
  admin: new Set(['freshness.read', ...handbookReads, ...handbookDrafting, 'handbook.readAcknowledgements', 'handbook.acknowledge']),
};

export const mayDo = (role: Role, permission: Permission): boolean => granted[role].has(permission);

/** The roles that hold a permission, for documents and answers. */
export const rolesWith = (permission: Permission): readonly Role[] => roles.filter((role) => mayDo(role, permission));
