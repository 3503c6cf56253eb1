import { sampleTierRules } from '#tiers';
import { SHANGHAI } from '../api.js';
import type { AccessRows } from './row.js';

const override = { mode: 'pin', tier: 'GOLD', validFrom: '2033-01-01', justification: 'x' };

export const tierRows: AccessRows = {
  rows: [
    ['GET /v1/clients/:clientId/tier-history', 'SRBCA'],
    ['GET /v1/clients/:clientId/tier/why', 'RBCA'],
    ['GET /v1/tiers/book', 'RBCA', undefined, 'list'],
    ['GET /v1/tiers/figures', 'RBCA', undefined, 'list'],
    ['GET /v1/tiers/clients', 'RBCA', undefined, 'list'],
    ['GET /v1/tiers/changes', 'RBCA', undefined, 'list'],
    ['GET /v1/tiers/runs', 'RBCA', undefined, 'firm'],
    ['POST /v1/tiers/what-if', 'RBCA', { rules: sampleTierRules, from: '2026-01-01', to: '2026-03-31' }, 'list'],
    ['POST /v1/clients/:clientId/tier/initialise', 'RB', { tier: 'GOLD', effectiveFrom: '2026-01-01', basis: 'x' }],
    ['POST /v1/clients/:clientId/tier/correct-initial', 'B', { tier: 'GOLD', effectiveFrom: '2026-01-01', basis: 'x' }],
    ['POST /v1/clients/:clientId/tier/request-override', 'RB', override],
    ['POST /v1/clients/:clientId/tier/overrides/:overrideId/approve', 'B', {}],
    ['POST /v1/clients/:clientId/tier/overrides/:overrideId/reject', 'B', { reason: 'x' }],
    ['POST /v1/clients/:clientId/tier/overrides/:overrideId/revoke', 'B', { reason: 'x' }],
    ['POST /v1/tier-rules', 'CN', { ...sampleTierRules, version: 'other' }, 'firm'],
    ['GET /v1/tier-rules', 'SRBCAN', undefined, 'firm'],
    ['GET /v1/tier-rules/:ruleVersion', 'SRBCAN', undefined, 'firm'],
    ['POST /v1/tier-rules/:ruleVersion/approve', 'C', {}, 'firm'],
    ['POST /v1/tier-rules/:ruleVersion/publish', 'C', { effectiveFrom: '2026-01-01' }, 'firm'],
  ],
  async prepare(under, { clientId }) {
    const manager = await under.as('branchManager', SHANGHAI);
    const tier = `/v1/clients/${clientId}/tier`;
    await manager.post(`${tier}/initialise`, { tier: 'GOLD', effectiveFrom: '2026-01-01', basis: 'x' }, { version: 0 });
    const asked = await manager.post(`${tier}/request-override`, override, { version: 1 });
    const admin = await under.as('admin', SHANGHAI);
    await admin.post('/v1/tier-rules', sampleTierRules, { version: 0 });
    return { overrideId: String(asked.body['overrideId']), ruleVersion: sampleTierRules.version };
  },
};
