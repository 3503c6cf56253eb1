import { SHANGHAI } from '../api.js';
import type { AccessRows } from './row.js';

const query = { behaviour: { dormant: true } };

/** Segments: the query is the firm's, the clients are the branch's. */
export const segmentRows: AccessRows = {
  rows: [
    ['POST /v1/segments', 'RBC', { name: 'matrix-2', query }, 'firm'],
    ['GET /v1/segments', 'RBCA', undefined, 'firm'],
    ['POST /v1/segments/count', 'RBCA', { query }, 'list'],
    ['GET /v1/segments/:segmentId', 'RBCA', undefined, 'firm'],
    ['GET /v1/segments/:segmentId/clients', 'RBCA', undefined, 'list'],
    ['POST /v1/segments/:segmentId/rename', 'BC', { name: 'matrix-3' }],
    ['POST /v1/segments/:segmentId/retire', 'BC', {}],
  ],
  async prepare(under) {
    const manager = await under.as('branchManager', SHANGHAI);
    return { segmentId: String((await manager.post('/v1/segments', { name: 'matrix-1', query })).body['id']) };
  },
};
