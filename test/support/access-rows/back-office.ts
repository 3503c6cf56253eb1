import { BackOffice } from '#bridge';
import { aClient, SHANGHAI } from '../api.js';
import { assets } from '../back-office-messages.js';
import type { AccessRows } from './row.js';

const day = '2025-03-11';
const terms = { source: 'matrix', subjects: [], senders: [], files: true, kinds: ['assets'], encoding: 'utf-8', zone: 'Asia/Shanghai' };

/** The inbox of the back office: the whole firm's, and no branch's. */
export const backOfficeRows: AccessRows = {
  rows: [
    ['POST /v1/back-office/messages', 'I', { messages: [assets('nobody', day, 1)] }, 'firm'],
    ['GET /v1/back-office/messages', 'CA', undefined, 'firm'],
    ['GET /v1/back-office/conflicts', 'CA', undefined, 'firm'],
    ['GET /v1/back-office/gaps', 'CA', undefined, 'firm'],
    ['GET /v1/back-office/breaks', 'CA', undefined, 'firm'],
    ['GET /v1/back-office/days', 'CA', undefined, 'firm'],
    ['GET /v1/back-office/sources', 'CAN', undefined, 'firm'],
    ['POST /v1/back-office/sources', 'CN', terms, 'firm'],
    ['POST /v1/back-office/sources/:sourceId/approve', 'C', {}, 'firm'],
    ['POST /v1/back-office/sources/:sourceId/refuse', 'C', {}, 'firm'],
    ['GET /v1/back-office/authorities', 'CA', undefined, 'firm'],
    ['POST /v1/back-office/authorities', 'C', { kind: 'assets', accountId: 'matrix', source: 'core' }, 'firm'],
    ['POST /v1/back-office/authorities/:authorityId/approve', 'C', {}, 'firm'],
    ['POST /v1/back-office/authorities/:authorityId/refuse', 'C', {}, 'firm'],
    ['GET /v1/back-office/claims', 'BCA', undefined, 'list'],
    ['POST /v1/back-office/claims/:claimId/approve', 'BC', {}],
    ['POST /v1/back-office/claims/:claimId/refuse', 'BC', {}],
    ['POST /v1/back-office/conflicts/:conflictId/resolve', 'C', { decision: 'keepFirst' }, 'firm'],
    ['POST /v1/back-office/parked/:messageId/retry', 'C', {}, 'firm'],
    ['POST /v1/back-office/parked/:messageId/give-up', 'C', {}, 'firm'],
    ['POST /v1/back-office/gaps/:gapId/give-up', 'C', {}, 'firm'],
    ['POST /v1/back-office/breaks/:breakId/explain', 'C', { explanation: 'other', reference: 'x' }, 'firm'],
    ['POST /v1/back-office/breaks/:breakId/close', 'C', {}, 'firm'],
  ],
  async prepare(under) {
    const manager = await under.as('branchManager', SHANGHAI);
    const { body } = await manager.post('/v1/clients', aClient());
    await manager.post(`/v1/clients/${String(body['id'])}/link-account`, { accountId: 'matrix', role: 'owner' }, { version: 1 });
    const { body: other } = await manager.post('/v1/clients', aClient());
    const claimed = await manager.post(
      `/v1/clients/${String(other['id'])}/link-account`,
      { accountId: 'matrix', role: 'owner' },
      { version: 1 },
    );
    await under.settled();
    const source = await under.as('integrationClient');
    const first = assets('matrix', day, 1, { sequence: 3 });
    await source.post('/v1/back-office/messages', {
      messages: [first, assets('matrix', day, 2, { sequence: 3 }), assets('matrix', '2025-03-12', -1)],
    });
    await under.settled();
    await new BackOffice({ ...under.parts, zone: 'Asia/Shanghai' }).reconciler.run('core', day);
    const compliance = await under.as('complianceOfficer');
    const registered = await compliance.post('/v1/back-office/sources', terms);
    const named = await compliance.post('/v1/back-office/authorities', { kind: 'rates', currency: 'USD', base: 'CNY', source: 'core' });
    const idOf = async (list: string, name: string): Promise<string> => {
      const { body: page } = await compliance.get(`/v1/back-office/${list}`);
      return String((page['items'] as Record<string, unknown>[])[0]![name]);
    };
    return {
      sourceId: String(registered.body['id']),
      authorityId: String(named.body['id']),
      claimId: String(claimed.body['id']),
      conflictId: await idOf('conflicts', 'conflictId'),
      gapId: await idOf('gaps', 'gapId'),
      breakId: await idOf('breaks', 'breakId'),
      messageId: await idOf('messages?status=parked', 'messageId'),
    };
  },
};
