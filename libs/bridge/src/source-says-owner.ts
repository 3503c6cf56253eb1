/** SQL: a source has opened this account under the number of this client, and under nobody else's. */
export const sourceSaysOwner = (accountId: string, clientId: string): string =>
  `coalesce((SELECT bool_and(n.stream_id IS NOT DISTINCT FROM ${clientId}) FROM bridge.messages m
      LEFT JOIN log.reservations n ON n.kind = 'clientNo' AND n.key = m.client_no
     WHERE m.account_id = ${accountId} AND m.kind = 'accountOpened' AND m.client_no IS NOT NULL AND m.holds_key), false)`;
