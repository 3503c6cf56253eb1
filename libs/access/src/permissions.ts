import { type Role, roles } from './roles.js';

/** How the tables below name a role. */
const letters = {
  serviceDeskAgent: 'S',
  relationshipManager: 'R',
  branchManager: 'B',
  complianceOfficer: 'C',
  auditor: 'A',
  integrationClient: 'I',
  admin: 'N',
} as const satisfies Record<Role, string>;

/** Letters of the roles that hold a permission, in this order, and '' where nobody does. */
type Holders = `${'S' | ''}${'R' | ''}${'B' | ''}${'C' | ''}${'A' | ''}${'I' | ''}${'N' | ''}`;

/** Who may do what changes nothing about what is recorded. */
const reads = {
  'client.read': 'SRBCA',
  'client.list': 'SRBCA',
  'client.search': 'SRBCA',
  'client.readIdentifiers': 'RBCA',
  'client.readTimeline': 'SRBCA',
  'tier.readHistory': 'SRBCA',
  'tier.readWhy': 'RBCA',
  'tier.readBook': 'RBCA',
  'tier.readFigures': 'RBCA',
  'tier.listClients': 'RBCA',
  'tier.listChanges': 'RBCA',
  'tier.listRuns': 'RBCA',
  'tier.whatIf': 'RBCA',
  'tierRules.list': 'SRBCAN',
  'tierRules.read': 'SRBCAN',
  'contact.read': 'SRBCA',
  'contact.readOutreach': 'SRBCA',
  'riskProfile.read': 'SRBCA',
  'segment.list': 'RBCA',
  'segment.read': 'RBCA',
  'segment.listClients': 'RBCA',
  'segment.count': 'RBCA',
  'value.readClient': 'RBCA',
  'value.listAccountFacts': 'RBCA',
  'value.readRfm': 'RBCA',
  'value.listRfm': 'RBCA',
  'value.readPareto': 'RBCA',
  'value.listPareto': 'RBCA',
  'value.readChurn': 'RBCA',
  'value.listChurn': 'RBCA',
  'value.listDormant': 'RBCA',
  'followUp.read': 'SRBCA',
  'complaint.list': 'SRBCA',
  'complaint.read': 'SRBCA',
  'request.list': 'SRBCA',
  'request.read': 'SRBCA',
  'request.readTimeline': 'SRBCA',
  // what the firm promises, by which calendars, and by which rules clients have their tier, everybody of it may read
  'calendar.list': 'SRBCAN',
  'calendar.read': 'SRBCAN',
  'handbook.list': 'SRBCAN',
  'handbook.read': 'SRBCAN',
  'handbook.readPage': 'SRBCAN',
  'handbook.readAcknowledgements': 'BCAN',
  'handbook.readDeliveries': 'SRBCA',
  'preset.list': 'SRBCAN',
  'commitment.list': 'SRBCA',
  'commitment.read': 'SRBCA',
  'commitment.explain': 'SRBCA',
  'commitment.listOfRequest': 'SRBCA',
  'commitment.listOfComplaint': 'SRBCA',
  'commitment.listOfClient': 'SRBCA',
  'commitment.queue': 'SRBCA',
  'commitment.listLateEvidence': 'RBCA',
  'commitment.watch': 'SRBCA',
  'serviceLevels.read': 'RBCA',
  'serviceLevels.readCompliance': 'RBCA',
  'serviceLevels.readAgeing': 'RBCA',
  'serviceLevels.readCaseRates': 'RBCA',
  'serviceLevels.whatIf': 'RBCA',
  'serviceLevels.rehearse': 'RBCA',
  // the back office's inbox is the whole firm's: no branch sees it
  'backOffice.listMessages': 'CA',
  'backOffice.listConflicts': 'CA',
  'backOffice.listGaps': 'CA',
  'backOffice.listBreaks': 'CA',
  'backOffice.listDays': 'CA',
  'freshness.read': 'SRBCAIN',
} as const satisfies Record<string, Holders>;

/** Who may do which business act. */
const acts = {
  'client.register': 'SRBI',
  'client.updateProfile': 'SRBI',
  'client.recordNeeds': 'RB',
  'client.recordRiskPreference': 'RB',
  'client.linkAccount': 'RBI',
  'client.unlinkAccount': 'RBI',
  'client.close': 'B',
  'client.reopen': 'B',
  'assignment.assign': 'B',
  'assignment.handOver': 'RB',
  'assignment.end': 'B',
  // that nobody approves their own request is a rule of the tier, not of the role
  'tier.initialise': 'RB',
  'tier.correctInitial': 'B',
  'tier.requestOverride': 'RB',
  'tier.approveOverride': 'B',
  'tier.rejectOverride': 'B',
  'tier.revokeOverride': 'B',
  // drafted by compliance or administration, decided on by compliance; that it is another person is a rule of theirs
  'tierRules.draft': 'CN',
  'tierRules.approve': 'C',
  'tierRules.publish': 'C',
  'contact.log': 'SRBCI',
  'contact.amend': 'SRB',
  'contact.link': 'SRBC',
  'contact.planOutreach': 'SRB',
  'riskProfile.recordAssessment': 'RB',
  'riskProfile.checkSuitability': 'SRB',
  'riskProfile.acceptWarning': 'RB',
  'survey.recordAnswer': 'SRBI',
  'segment.save': 'RBC',
  'segment.rename': 'BC',
  'segment.retire': 'BC',
  'followUp.schedule': 'SRB',
  'followUp.complete': 'SRB',
  'complaint.register': 'SRBCI',
  'complaint.acknowledge': 'SRBC',
  'complaint.sendFinalResponse': 'RBC',
  'complaint.recordAcceptance': 'SRBC',
  'complaint.recordDispute': 'SRBC',
  'complaint.close': 'RBC',
  'complaint.reopen': 'RBC',
  // an order or workflow system says how a request goes on; what it states counts as of record
  'request.receive': 'SRBI',
  'request.start': 'SRBI',
  'request.startStep': 'SRBI',
  'request.completeStep': 'SRBI',
  'request.askClient': 'SRB',
  'request.recordClientReply': 'SRBI',
  'request.complete': 'SRBI',
  'request.cancel': 'SRB',
  'request.reopen': 'SRB',
  'request.raiseSeverity': 'SRB',
  // that another person decides on an excuse is the commitment's rule: service-levels' commitment.ts
  'commitment.extend': 'BC',
  'commitment.requestExcuse': 'SRBC',
  'commitment.approveExcuse': 'BC',
  'commitment.confirmLateEvidence': 'BC',
  'commitment.refuseLateEvidence': 'BC',
  'commitment.refuseExcuse': 'BC',
  // calendars and the handbook as the tier rules
  'calendar.publish': 'CN',
  'calendar.revise': 'CN',
  'handbook.draft': 'CN',
  'handbook.approve': 'C',
  'handbook.publish': 'CN',
  'handbook.retire': 'C',
  'handbook.acknowledge': 'SRBCN',
  'handbook.deliver': 'SRB',
  'preset.switchOn': 'C',
  'preset.switchOff': 'C',
  // the source's own client delivers, compliance decides about what was delivered
  'backOffice.deliver': 'I',
  'backOffice.resolveConflict': 'C',
  'backOffice.retryParked': 'C',
  'backOffice.giveUpParked': 'C',
  'backOffice.giveUpGap': 'C',
  'backOffice.explainBreak': 'C',
  'backOffice.closeBreak': 'C',
} as const satisfies Record<string, Holders>;

export type Permission = keyof typeof reads | keyof typeof acts;

const granted: Readonly<Record<Permission, Holders>> = { ...reads, ...acts };

export const actPermissions = Object.keys(acts) as readonly (keyof typeof acts)[];
export const permissions = Object.keys(granted) as readonly Permission[];

export const mayDo = (role: Role, permission: Permission): boolean => granted[permission].includes(letters[role]);

/** The roles that hold a permission, for documents and answers. */
export const rolesWith = (permission: Permission): readonly Role[] => roles.filter((role) => mayDo(role, permission));
