import { ACCOUNT_OWNER } from '#application';
import type { Migration } from '#database';

const inbox = `
CREATE SCHEMA bridge;

-- Every statement of the back office that came, whatever became of it. Key: source, record, version. Amounts and ids are
-- internal; what the source said word for word is encrypted.
CREATE TABLE bridge.messages (
  arrival        bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  message_id     uuid NOT NULL UNIQUE,
  source         text NOT NULL,
  record         text NOT NULL,
  version        int NOT NULL,
  kind           text,                    -- null where it could not be read
  lane           text NOT NULL,           -- what is applied in order: an account, a client, a source
  account_id     text,
  client_no      text,
  sequence       bigint,
  on_date        date,                    -- the day that it is about
  amount_minor   bigint,                  -- total of assets, gross of a trade, amount of a movement
  currency       text,
  content_sha256 text NOT NULL,           -- of the message as canonical JSON
  raw_sha256     text NOT NULL,           -- of the bytes as they came
  ordinal        int NOT NULL,            -- which of the statements of those bytes
  adapter        text NOT NULL,
  sealed         text NOT NULL,           -- those bytes, under the key of key_subject
  key_subject    uuid NOT NULL,
  channel        text NOT NULL,
  delivery_id    uuid NOT NULL,
  received_at    timestamptz NOT NULL DEFAULT now(),
  status         text NOT NULL,           -- waiting, applied, stale, conflict, parked, ignored, repaired, givenUp, replaced
  holds_key      boolean NOT NULL,        -- it is the statement of its key; a conflict and an unreadable one are not
  reason         text,
  pointer        text,
  conflicts_with uuid,
  repeats        int NOT NULL DEFAULT 0,  -- how often the same came again, and was ignored
  client_id      uuid,
  branch_id      text,
  stream_id      uuid,
  position       bigint,                  -- of its event
  decided_at     timestamptz
);
CREATE UNIQUE INDEX message_of_key ON bridge.messages (source, record, version) WHERE holds_key;
CREATE UNIQUE INDEX other_contents ON bridge.messages (source, record, version, content_sha256) WHERE conflicts_with IS NOT NULL;
CREATE UNIQUE INDEX unreadable_once ON bridge.messages (source, raw_sha256, ordinal) WHERE status IN ('parked', 'givenUp') AND NOT holds_key;
CREATE INDEX ON bridge.messages (lane, arrival) WHERE status = 'waiting';
CREATE INDEX ON bridge.messages (status, arrival) WHERE status <> 'applied';
CREATE INDEX ON bridge.messages (source, on_date);
CREATE INDEX ON bridge.messages (delivery_id) WHERE status IN ('parked', 'conflict');

-- What was answered to a delivery over HTTP, and what became of a file.
CREATE TABLE bridge.deliveries (
  delivery_id  uuid PRIMARY KEY,
  channel      text NOT NULL,
  request_hash text NOT NULL,
  answer       text,                      -- JSON
  received_at  timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX ON bridge.deliveries USING brin (received_at);

CREATE TABLE bridge.sequences (
  source     text NOT NULL,
  account_id text NOT NULL,
  state      text NOT NULL,               -- JSON: the highest number seen, what is missing, gaps told of
  PRIMARY KEY (source, account_id)
);
CREATE TABLE bridge.gaps (
  gap_id          uuid PRIMARY KEY,
  source          text NOT NULL,
  account_id      text NOT NULL,
  client_id       uuid NOT NULL,
  branch_id       text NOT NULL,
  first           bigint NOT NULL,
  last            bigint NOT NULL,
  found_at        timestamptz NOT NULL DEFAULT now(),
  position        bigint NOT NULL,
  closed_at       timestamptz,
  closed_position bigint,
  given_up_by     text
);
CREATE INDEX ON bridge.gaps (source, account_id);
CREATE INDEX ON bridge.gaps (position) WHERE closed_at IS NULL;

-- Days of a source that anything was said of.
CREATE TABLE bridge.days (
  source      text NOT NULL,
  on_date     date NOT NULL,
  status      text NOT NULL DEFAULT 'open',
  stated      text,                       -- JSON: the control totals by which it may be completed
  message_id  uuid,                       -- the message that stated them, or
  delivery_id uuid,                       -- the file
  reason      text,                       -- why it is still open, where totals were stated
  position    bigint,                     -- of SourceDayCompleted
  changed_at  timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (source, on_date)
);
CREATE INDEX ON bridge.days (source, on_date) WHERE status = 'open';

CREATE TABLE bridge.reconciliations (
  source      text NOT NULL,
  on_date     date NOT NULL,
  run_at      timestamptz NOT NULL,
  checked     int NOT NULL,
  open_breaks int NOT NULL,
  PRIMARY KEY (source, on_date)
);
CREATE TABLE bridge.breaks (
  break_id     uuid PRIMARY KEY,
  source       text NOT NULL,
  on_date      date NOT NULL,
  code         text NOT NULL,
  account_id   text,
  record       text,
  expected     text,
  observed     text,
  status       text NOT NULL,             -- open, explained, closed
  found_at     timestamptz NOT NULL,
  explanation  text,
  reference    text,
  explained_by text,
  closed_by    text,
  closed_cause text                       -- person, vanished
);
CREATE INDEX ON bridge.breaks (found_at, break_id) WHERE status <> 'closed';

GRANT USAGE ON SCHEMA bridge TO rapport_bridge, rapport_api, rapport_reader;
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA bridge TO rapport_bridge;
GRANT SELECT, INSERT, UPDATE ON ALL TABLES IN SCHEMA bridge TO rapport_api;
GRANT SELECT ON ALL TABLES IN SCHEMA bridge TO rapport_reader;
`;

const ofAccounts = ['account_links', 'accounts', 'account_assets', 'account_turnover', 'account_movements', 'account_gaps'];

/** The bridge appends facts, reads what became of them in every branch, and carries tier changes out. */
const bridgeRights = `
GRANT USAGE ON SCHEMA log, privacy, feed, read TO rapport_bridge;
GRANT SELECT ON log.events, log.seals, log.stored_types, log.outcomes, log.reservations TO rapport_bridge;
GRANT EXECUTE ON FUNCTION log.append, log.purge_outcomes, log.collect_types TO rapport_bridge;
GRANT SELECT, INSERT ON privacy.data_keys TO rapport_bridge;
GRANT SELECT, INSERT, UPDATE ON feed.relay_state TO rapport_bridge;
GRANT SELECT ON read.checkpoints, read.source_days, read.exchange_rates TO rapport_bridge;
${ofAccounts
  .map(
    (table) => `CREATE POLICY reconciled ON read.${table} FOR SELECT TO rapport_bridge USING (true);
GRANT SELECT ON read.${table} TO rapport_bridge;`,
  )
  .join('\n')}
`;

// Whatever holds the key: what is said of a record is looked up page by page, however many millions there are.
const records = `CREATE INDEX statements_of_record ON bridge.messages (source, record, version);`;

// Who may speak for which source, and which source counts for what: what two persons decided, as the log has it. Sources that
// spoke before they were registered go on as they did until they are.
const sources = `
CREATE TABLE bridge.sources (
  source      text PRIMARY KEY,
  source_id   uuid NOT NULL UNIQUE,      -- stream of its registration
  as_seen     boolean NOT NULL,
  terms       text,                      -- JSON, in force
  approved_by text,
  pending     text,                      -- JSON: terms, and who requested them
  version     int NOT NULL DEFAULT 0     -- of the stream
);
CREATE TABLE bridge.authorities (
  authority_id uuid PRIMARY KEY,         -- stream of its decisions
  over         text NOT NULL,            -- JSON: a kind of fact of an account, or the rates of a pair
  account_id   text,
  source       text,
  given        int NOT NULL,             -- how often one was named
  approved_by  text,
  pending      text,                     -- JSON: the source, and who requested it
  version      int NOT NULL              -- of the stream
);
CREATE INDEX ON bridge.authorities (account_id) WHERE source IS NOT NULL;
ALTER TABLE bridge.messages ADD COLUMN speaker text; -- subject of the token, or what a record named as its source
GRANT SELECT, INSERT, UPDATE ON bridge.sources, bridge.authorities TO rapport_bridge, rapport_api;
GRANT SELECT ON bridge.sources, bridge.authorities TO rapport_reader;
INSERT INTO bridge.sources (source, source_id, as_seen)
  SELECT source, gen_random_uuid(), true FROM bridge.messages WHERE holds_key GROUP BY source;
`;

// Who claims an account that is not free. An account has one owner: of those who were linked before that was so, the first, as it
// was; whoever came after them got nothing, and gets nothing until a person agrees.
const claims = `
CREATE TABLE bridge.claims (
  claim_id   uuid PRIMARY KEY,           -- stream of its decisions
  account_id text NOT NULL,
  client_id  uuid NOT NULL,
  branch_id  text NOT NULL,
  reason     text,                       -- held, factsKnown; null once it is decided
  claimed_by text,
  claimed_at timestamptz NOT NULL DEFAULT now(),
  version    int NOT NULL                -- of the stream
);
CREATE INDEX ON bridge.claims (claimed_at) WHERE reason IS NOT NULL;
CREATE INDEX ON bridge.messages (account_id) WHERE account_id IS NOT NULL;
ALTER TABLE bridge.messages ADD COLUMN joint text; -- JSON: further owners of a joint account who got the fact
GRANT SELECT, INSERT, UPDATE ON bridge.claims TO rapport_bridge, rapport_api;
GRANT SELECT ON bridge.claims TO rapport_reader;
INSERT INTO log.reservations (kind, key, stream_id)
  SELECT DISTINCT ON (account) '${ACCOUNT_OWNER}', account, stream_id
    FROM (SELECT e.data::jsonb ->> 'accountId' AS account, e.stream_id, e.position FROM log.events e
           WHERE e.type = 'AccountLinked' AND e.data::jsonb ->> 'role' = 'owner'
             AND NOT EXISTS (SELECT FROM log.events u WHERE u.stream_id = e.stream_id AND u.version > e.version AND u.type = 'AccountUnlinked'
                                AND u.data::jsonb ->> 'accountId' = e.data::jsonb ->> 'accountId')) linked
   ORDER BY account, position
  ON CONFLICT DO NOTHING;
`;

// 1: without a key, as earlier versions kept them. What takes messages in puts the key to these first.
const digests = `
ALTER TABLE bridge.messages ADD COLUMN digest_form smallint NOT NULL DEFAULT 1;
ALTER TABLE bridge.messages ALTER COLUMN digest_form SET DEFAULT 2;
CREATE INDEX ON bridge.messages (message_id) WHERE digest_form = 1;
COMMENT ON COLUMN bridge.messages.content_sha256 IS 'HMAC-SHA-256 of the SHA-256 of the message as canonical JSON';
COMMENT ON COLUMN bridge.messages.raw_sha256 IS 'HMAC-SHA-256 of the SHA-256 of the bytes as they came';`;

/** Run after the read models', which the inbox looks owners up in. */
export const backOfficeMigrations: readonly Migration[] = [
  { name: 'back-office-001-inbox', sql: inbox },
  { name: 'back-office-002-rights', sql: bridgeRights },
  { name: 'back-office-003-records', sql: records },
  { name: 'back-office-004-sources', sql: sources },
  { name: 'back-office-005-claims', sql: claims },
  { name: 'back-office-006-digests', sql: digests },
];
