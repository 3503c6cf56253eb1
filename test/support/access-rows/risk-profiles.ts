import { SHANGHAI } from '../api.js';
import type { AccessRows } from './row.js';

const product = { productId: 'F-1', riskLevel: 'R1', initiative: 'firm' };

/** Risk profiles, and the outreach that they allow. */
export const riskProfileRows: AccessRows = {
  rows: [
    ['GET /v1/clients/:clientId/risk-profile', 'SRBCA'],
    ['POST /v1/clients/:clientId/risk-profile/record-assessment', 'RB', { questionnaireVersion: 'q', score: 1, level: 'C1' }],
    ['POST /v1/clients/:clientId/risk-profile/check-suitability', 'SRB', product],
    [
      'POST /v1/clients/:clientId/risk-profile/checks/:checkId/accept-warning',
      'RB',
      { confirmation: { kind: 'signedForm', reference: 'x' } },
    ],
    ['POST /v1/contacts/plan-outreach', 'SRB'],
    ['GET /v1/contacts/outreach/:outreachId', 'SRBCA'],
  ],
  async prepare(under, { clientId }) {
    const manager = await under.as('branchManager', SHANGHAI);
    const check = await manager.post(`/v1/clients/${clientId}/risk-profile/check-suitability`, product);
    const planned = await manager.post('/v1/contacts/plan-outreach', { clientId, channel: 'phone' });
    return { checkId: String(check.body['checkId']), outreachId: String(planned.body['id']) };
  },
};
