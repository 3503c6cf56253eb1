import type { Migration } from '#database';

const relayState = `
CREATE SCHEMA feed;
GRANT USAGE ON SCHEMA feed TO rapport_relay, rapport_api, rapport_reader;

-- How far each topic is filled. The epoch is the relay's fence: it grows with every term of office.
CREATE TABLE feed.relay_state (
  topic    text PRIMARY KEY,
  epoch    bigint NOT NULL,
  topic_id text NOT NULL,             -- Kafka's id of the topic that was filled; another one is filled from the beginning
  position bigint NOT NULL,
  previous bigint[] NOT NULL CHECK (cardinality(previous) = 24),  -- last published position of each partition
  saved_at timestamptz NOT NULL DEFAULT now()
);
GRANT SELECT, INSERT, UPDATE ON feed.relay_state TO rapport_relay;
GRANT SELECT ON feed.relay_state TO rapport_api, rapport_reader;
`;

// What Kafka has is all that a projector on Kafka can be asked for.
const projectorSees = `
GRANT USAGE ON SCHEMA feed TO rapport_projector;
GRANT SELECT ON feed.relay_state TO rapport_projector;
`;

// Who can write to the topic need not be the relay: its records carry a MAC under this key. 244 random bits.
const recordKey = `
CREATE TABLE feed.record_key (
  one    boolean PRIMARY KEY DEFAULT true CHECK (one),
  secret bytea NOT NULL
);
INSERT INTO feed.record_key (secret) VALUES (uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid()));
GRANT SELECT ON feed.record_key TO rapport_relay, rapport_projector;
`;

export const eventFeedMigrations: readonly Migration[] = [
  { name: 'event-feed-001-relay-state', sql: relayState },
  { name: 'event-feed-002-projector-sees', sql: projectorSees },
  { name: 'event-feed-003-record-key', sql: recordKey },
];
