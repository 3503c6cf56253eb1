import { aClient, aComplaint, aRequest, SHANGHAI } from '../api.js';
import type { AccessRows } from './row.js';

const assignment = { staffId: 'x', role: 'manager', primary: true, from: '2026-01-01' };
const contact = { channel: 'phone', direction: 'inbound', automated: false, startedAt: '2026-01-01T10:00:00+08:00' };

/** Clients, contacts, complaints. */
export const clientRows: AccessRows = {
  rows: [
    ['POST /v1/clients', 'SRB I', aClient()],
    ['GET /v1/clients', 'SRBCA', undefined, 'list'],
    ['POST /v1/clients/search', 'SRBCA', { name: 'x' }, 'list'],
    ['GET /v1/clients/:clientId', 'SRBCA'],
    ['GET /v1/clients/:clientId/timeline', 'SRBCA'],
    ['POST /v1/clients/:clientId/update-profile', 'SRB I', { external: { region: 'x' } }],
    ['POST /v1/clients/:clientId/record-needs', 'RB', { goals: 'x' }],
    ['POST /v1/clients/:clientId/record-risk-preference', 'RB', { riskPreference: 'growth' }],
    ['POST /v1/clients/:clientId/link-account', 'RB I', { accountId: 'x', role: 'owner' }],
    ['POST /v1/clients/:clientId/unlink-account', 'RB I', { accountId: 'x' }],
    ['POST /v1/clients/:clientId/close', 'B', {}],
    ['POST /v1/clients/:clientId/reopen', 'B', { reason: 'x' }],
    ['POST /v1/clients/:clientId/assignments/assign', 'B', assignment],
    ['POST /v1/clients/:clientId/assignments/hand-over', 'RB', { from: 'x', to: 'y', on: '2026-01-01' }],
    ['POST /v1/clients/:clientId/assignments/end', 'B', { staffId: 'x', to: '2026-01-01' }],
    ['POST /v1/contacts', 'SRBC I', contact],
    ['GET /v1/contacts/:contactId', 'SRBCA'],
    ['GET /v1/follow-ups/:followUpId', 'SRBCA'],
    ['POST /v1/contacts/:contactId/amend', 'SRB', { summary: 'x' }],
    ['POST /v1/contacts/:contactId/link', 'SRBC'],
    ['POST /v1/follow-ups', 'SRB', { dueAt: '2033-01-01T00:00:00Z', purpose: 'callBack' }],
    ['POST /v1/follow-ups/:followUpId/complete', 'SRB', {}],
    ['POST /v1/complaints', 'SRBC I'],
    ['GET /v1/complaints', 'SRBCA', undefined, 'list'],
    ['GET /v1/complaints/:complaintId', 'SRBCA'],
    ['GET /v1/complaints/:complaintId/timeline', 'SRBCA'],
    ['POST /v1/complaints/:complaintId/acknowledge', 'SRBC', {}],
    ['POST /v1/complaints/:complaintId/send-final-response', 'RBC', { resolution: 'none' }],
    ['POST /v1/complaints/:complaintId/record-acceptance', 'SRBC', {}],
    ['POST /v1/complaints/:complaintId/record-dispute', 'SRBC', {}],
    ['POST /v1/complaints/:complaintId/close', 'RBC', {}],
    ['POST /v1/complaints/:complaintId/reopen', 'RBC', { reason: 'other' }],
    ['GET /v1/freshness', 'SRBCAIN', undefined, 'firm'],
  ],
  async prepare(under) {
    const manager = await under.as('branchManager', SHANGHAI);
    const clientId = String((await manager.post('/v1/clients', aClient())).body['id']);
    const complaintId = String((await manager.post('/v1/complaints', aComplaint(clientId))).body['id']);
    const requestId = String((await manager.post('/v1/requests', aRequest(clientId))).body['id']);
    const contactId = String((await manager.post('/v1/contacts', { ...contact, clientId })).body['id']);
    const due = { clientId, dueAt: '2033-01-01T00:00:00Z', purpose: 'callBack' };
    const followUpId = String((await manager.post('/v1/follow-ups', due)).body['id']);
    return { clientId, complaintId, requestId, contactId, followUpId };
  },
};
