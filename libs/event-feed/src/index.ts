export * from './cloud-event.js';
export * from './feed.js';
export { createKafka, ensureTopic, WrongPartitionCount } from './kafka-client.js';
export { KafkaFeed, type KafkaFeedOptions } from './kafka-feed.js';
export { lead } from './leadership.js';
export * from './migrations.js';
export { PostgresFeed, type PostgresFeedOptions } from './postgres-feed.js';
export { Relay, type RelayOptions, type RelayStatus } from './relay.js';
export { type OnAppended, Wake } from './wake.js';
