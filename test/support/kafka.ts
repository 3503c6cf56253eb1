import { describe, it } from '@jest/globals';
import { randomBytes } from 'node:crypto';

/** Brokers of this test run's Kafka, started once before the first .int.spec.ts. */
export const testBrokers = (): string[] => (process.env.RAPPORT_TEST_KAFKA ?? '').split(',');

/** Each suite has a topic of its own. */
export const testTopic = (name: string): string => `test.${name}.${randomBytes(4).toString('hex')}`;

/**
 * A suite on real Kafka. Where the machine offers none, one skipped test says why;
 * with REQUIRE_KAFKA=1 that test fails instead, so that a build cannot pass without it.
 */
export function describeWithKafka(name: string, suite: () => void): void {
  if (process.env.RAPPORT_TEST_KAFKA) {
    describe(name, suite);
    return;
  }
  const reason = `NOT RUN, no Kafka: ${process.env.RAPPORT_TEST_KAFKA_REASON ?? 'one is started for specs named .int.spec.ts'}`;
  describe(name, () => {
    if (process.env.REQUIRE_KAFKA === '1') {
      it(reason, () => {
        throw new Error(`REQUIRE_KAFKA=1, but this suite was ${reason}`);
      });
    } else {
      it.skip(reason, () => {});
    }
  });
}
