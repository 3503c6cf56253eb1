import { assertSame, type BenchResult, type BenchSettings, type Contender, Rounds } from './bench.js';
import { ApiServer } from './api-server.js';
import { besideExpensive } from './expensive-load.js';
import { worstBody } from './heavy-load.js';
import { openApiWorld } from './api-world.js';
import { everyMigration, withServer } from './bench-server.js';

const CALLERS = 64;
const CLIENTS = 64;
const TWO = 'two processes';

/** POST /v1/contacts: through everything, through everything but the append, on a bare Fastify, and by two processes of the API. */
export const benchHttp = ({ rounds, seconds, quick }: BenchSettings): Promise<BenchResult> =>
  withServer(async (server) => {
    const url = await server.newDatabase('http', everyMigration);
    const world = await openApiWorld(url, CLIENTS);
    const servers: ApiServer[] = [];
    const start = async (mode: ApiServer['mode']): Promise<ApiServer> => {
      const started = await ApiServer.start({ mode, url, ...world.serving });
      servers.push(started);
      return started;
    };
    try {
      const { alone, beside, ...asked } = await besideExpensive(await start('everything'), world, quick);
      const before = await world.eventCount();
      let accepted = 0;
      const cost = new Rounds();
      /** So many callers in all; their rate, and CPU a request, summed over the servers. */
      const load = async (own: readonly ApiServer[], duration: number): Promise<{ rate: number; cpuUs: number }> => {
        const cpuUs = async () => (await Promise.all(own.map((one) => one.cost()))).reduce((sum, one) => sum + one.cpuUs, 0);
        const from = await cpuUs();
        const loads = await Promise.all(own.map((one) => one.load(world, CALLERS / own.length, duration)));
        const [rate, count] = [loads.reduce((sum, one) => sum + one.rate, 0), loads.reduce((sum, one) => sum + one.count, 0)];
        if (own[0]!.mode === 'everything') accepted += count;
        return { rate, cpuUs: ((await cpuUs()) - from) / count };
      };
      const contenderOf = async (name: string, own: readonly ApiServer[]): Promise<Contender> => {
        await load(own, seconds / 2); // warm
        const measure = async (): Promise<number> => {
          const { rate, cpuUs } = await load(own, seconds);
          cost.add(name, 'µs', cpuUs);
          return rate;
        };
        return { name, unit: 'requests/s', measure };
      };
      const everything = await start('everything');
      const contenders = [await contenderOf('everything', [everything])];
      for (const mode of ['no-op append', 'raw Fastify'] as const) contenders.push(await contenderOf(mode, [await start(mode)]));
      // of their own, lest the one alone be warmed twice
      contenders.push(await contenderOf(TWO, [await start('everything'), await start('everything')]));
      const measured = await Rounds.of(contenders, rounds);
      cost.add('memory', 'MiB', (await everything.cost()).peakMib);
      assertSame('commands that were answered 201 are in the log', (await world.eventCount()) - before, accepted);
      const worst = await worstBody(await start('everything'), world.tokenOf, quick);
      for (const [name, latency] of Object.entries({ alone, beside })) {
        cost.add(`${name}, p50`, 'ms', latency.p50);
        cost.add(`${name}, p99`, 'ms', latency.p99);
      }
      cost.add('worst body', 'ms', worst.cpuMs);
      const share = { atLeast: 0.22, stretch: 0.3 };
      return {
        rows: [
          measured.ratio('HTTP command: through everything / the same route, no-op append', 'everything', 'no-op append', {
            atLeast: 0.85,
          }),
          measured.ratio('HTTP command: through everything / raw Fastify no-op', 'everything', 'raw Fastify', share),
          cost.ratio("the same by the servers' own CPU time a request: raw Fastify / everything", 'raw Fastify', 'everything', share),
          cost.absolute('HTTP command: CPU of the API process a request', 'everything', { atMost: 190 }),
          measured.ratio('HTTP command: two API processes together / one', TWO, 'everything'),
          cost.absolute('the same: CPU of both API processes a request', TWO),
          cost.ratio('HTTP command: p50 beside expensive reads / alone', 'beside, p50', 'alone, p50'),
          cost.ratio('HTTP command: p99 beside expensive reads / alone', 'beside, p99', 'alone, p99', { atMost: 2 }),
          cost.absolute('HTTP: CPU of the API process for the costliest body of 1 MiB', 'worst body', { atMost: 50 }),
          cost.absolute('HTTP command: peak memory of the API process under load', 'memory'),
        ],
        held: [
          `${server.held}; POST /v1/contacts, ${CALLERS} connections without pipelining (undici), a new Idempotency-Key a request, ${CLIENTS} clients`,
          `each server a process of its own, the load in another, which at the raw server costs more than the server, hence the rows of CPU; body of ${Buffer.byteLength(world.bodies[0]!)} B, answers 201 with the same members`,
          'everything: token, rate limit, strict JSON, validation, look-ups, decision, encryption, durable append; raw Fastify: its default JSON parser, no schema, no database',
          `expensive reads: 20 callers with what-ifs of 300 documents and segment counts (${asked.answered} answered, ${asked.refused} told to come back), commands of 8 callers beside them`,
          `the costliest of ${worst.tried} bodies made to be much work, each sent to its route: ${worst.what}; the ten costliest again, medians of five`,
          `two processes: half of the connections each, on one database; they, the load and PostgreSQL share the cores of one`,
        ],
      };
    } finally {
      for (const one of servers) await one.stop();
      await world.close();
    }
  });
