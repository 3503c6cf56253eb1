import type { AccessRows } from './row.js';

/** Client value: of one client, and over all that the caller sees. */
export const valueRows: AccessRows = {
  rows: [
    ['GET /v1/clients/:clientId/value', 'RBCA'],
    ['GET /v1/clients/:clientId/account-facts', 'RBCA'],
    ['GET /v1/value/rfm', 'RBCA', undefined, 'list'],
    ['GET /v1/value/rfm/clients', 'RBCA', undefined, 'list'],
    ['GET /v1/value/pareto', 'RBCA', undefined, 'list'],
    ['GET /v1/value/pareto/clients', 'RBCA', undefined, 'list'],
    ['GET /v1/value/churn', 'RBCA', undefined, 'list'],
    ['GET /v1/value/churn/counts', 'RBCA', undefined, 'list'],
    ['GET /v1/value/dormant', 'RBCA', undefined, 'list'],
    ['POST /v1/surveys', 'SRB I', { csat: 5 }],
  ],
};
