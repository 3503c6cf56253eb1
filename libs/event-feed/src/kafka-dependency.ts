import { answers, type Dependency } from '#telemetry';

/** Kafka, seen from outside the client that works with it: it is there while one of its brokers takes a connection. */
export const kafkaDependency = (brokers: readonly string[]): Dependency => ({
  name: 'Kafka',
  async check() {
    const there = await Promise.all(
      brokers.map((broker) => {
        const { hostname, port } = new URL(`kafka://${broker}`);
        return answers(hostname.replace(/^\[|\]$/g, ''), Number(port));
      }),
    );
    if (!there.includes(true)) throw new Error('no broker takes a connection');
  },
});
