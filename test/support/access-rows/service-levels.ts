import { SHANGHAI } from '../api.js';
import { aCommitment, anEdition, aWhatIf, calendarOf } from '../commitments.js';
import type { AccessRows } from './row.js';

/** Requests, calendars, the handbook, commitments and their figures. */
export const serviceLevelRows: AccessRows = {
  rows: [
    ['POST /v1/requests', 'SRB I'],
    ['GET /v1/requests', 'SRBCA', undefined, 'list'],
    ['GET /v1/requests/:requestId', 'SRBCA'],
    ['GET /v1/requests/:requestId/timeline', 'SRBCA'],
    ['POST /v1/requests/:requestId/start', 'SRBI', {}],
    ['POST /v1/requests/:requestId/start-step', 'SRBI', { step: 'x' }],
    ['POST /v1/requests/:requestId/complete-step', 'SRBI', { step: 'x' }],
    ['POST /v1/requests/:requestId/ask-client', 'SRB', { question: 'x', channel: 'phone' }],
    ['POST /v1/requests/:requestId/record-client-reply', 'SRBI', {}],
    ['POST /v1/requests/:requestId/complete', 'SRBI', {}],
    ['POST /v1/requests/:requestId/cancel', 'SRB', { reason: 'other' }],
    ['POST /v1/requests/:requestId/reopen', 'SRB', { reason: 'other' }],
    ['POST /v1/requests/:requestId/raise-severity', 'SRB', { to: 'high' }],
    ['POST /v1/calendars', 'CN', calendarOf('MATRIX'), 'firm'],
    ['GET /v1/calendars', 'SRBCAN', undefined, 'firm'],
    ['GET /v1/calendars/:name', 'SRBCAN', undefined, 'firm'],
    ['POST /v1/calendars/:name/revise', 'CN', { changes: {}, effectiveFrom: '2026-01-01', sourceNotice: 'x' }, 'firm'],
    ['POST /v1/handbook/editions', 'CN', anEdition(2), 'firm'],
    ['GET /v1/handbook/editions', 'SRBCAN', undefined, 'firm'],
    ['GET /v1/handbook/editions/:edition', 'SRBCAN', undefined, 'firm'],
    ['GET /v1/handbook/editions/:edition/page', 'SRBCAN', undefined, 'firm'],
    ['GET /v1/handbook/editions/:edition/acknowledgements', 'BCAN', undefined, 'firm'],
    ['POST /v1/handbook/editions/:edition/approve', 'C', {}, 'firm'],
    ['POST /v1/handbook/editions/:edition/publish', 'CN', {}, 'firm'],
    ['POST /v1/handbook/editions/:edition/retire', 'C', { at: '2026-01-01T00:00:00Z' }, 'firm'],
    ['POST /v1/handbook/editions/:edition/acknowledge', 'SRBCN', {}, 'firm'],
    ['GET /v1/handbook/presets', 'SRBCAN', undefined, 'firm'],
    ['POST /v1/handbook/presets/:presetId/switch-on', 'C', { effectiveFrom: '2026-01-01T00:00:00Z', confirmation: 'x' }, 'firm'],
    ['POST /v1/handbook/presets/:presetId/switch-off', 'C', { at: '2026-01-01T00:00:00Z', note: 'x' }, 'firm'],
    ['POST /v1/clients/:clientId/handbook-deliveries', 'SRB', { edition: 1, channel: 'counter', language: 'zh' }],
    ['GET /v1/clients/:clientId/handbook-deliveries', 'SRBCA'],
    ['POST /v1/commitments/:commitmentId/extend', 'BC', { days: 1, reason: 'x' }],
    ['POST /v1/commitments/:commitmentId/request-excuse', 'SRBC', { reason: 'x' }],
    ['POST /v1/commitments/:commitmentId/approve-excuse', 'BC', { reason: 'x' }],
    ['POST /v1/commitments/:commitmentId/refuse-excuse', 'BC', { reason: 'x' }],
    ['POST /v1/commitments/:commitmentId/confirm-late-evidence', 'BC', { kind: 'letter', reference: 'x', sha256: '0'.repeat(64) }],
    ['POST /v1/commitments/:commitmentId/refuse-late-evidence', 'BC', { reason: 'x' }],
    ['GET /v1/requests/:requestId/commitments', 'SRBCA'],
    ['GET /v1/complaints/:complaintId/commitments', 'SRBCA'],
    ['GET /v1/clients/:clientId/commitments', 'SRBCA'],
    ['GET /v1/commitments', 'SRBCA', undefined, 'list'],
    ['GET /v1/commitments/:commitmentId', 'SRBCA'],
    ['GET /v1/commitments/:commitmentId/why', 'SRBCA'],
    ['GET /v1/service-levels/queue', 'SRBCA', undefined, 'list'],
    ['GET /v1/service-levels/late-evidence', 'RBCA', undefined, 'list'],
    ['GET /v1/service-levels/live', 'SRBCA', undefined, 'list'],
    ['GET /v1/service-levels/compliance', 'RBCA', undefined, 'list'],
    ['GET /v1/service-levels/ageing', 'RBCA', undefined, 'list'],
    ['GET /v1/service-levels/case-rates', 'RBCA', undefined, 'list'],
    ['GET /v1/service-levels/complaints', 'RBCA', undefined, 'list'],
    ['POST /v1/service-levels/what-if', 'RBCA', aWhatIf, 'firm'],
    ['POST /v1/service-levels/rehearse', 'RBCA', { edition: anEdition(9), from: '2026-01-01', to: '2026-12-31' }, 'list'],
  ],
  async prepare(under, { clientId, requestId }) {
    const officer = await under.as('complianceOfficer', SHANGHAI, 'officer');
    await officer.post('/v1/calendars', calendarOf('DESK'));
    const admin = await under.as('admin', SHANGHAI, 'drafter');
    await admin.post('/v1/handbook/editions', anEdition(1), { version: 0 });
    await officer.post('/v1/handbook/editions/1/approve', {}, { version: 1 });
    await officer.post('/v1/handbook/editions/1/publish', {}, { version: 2 });
    const commitmentId = await aCommitment(under, { clientId: clientId!, requestId: requestId! });
    return { commitmentId, name: 'DESK', edition: '1', presetId: 'cn-complaints' };
  },
};
