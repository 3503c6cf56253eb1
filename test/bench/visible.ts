import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import http from 'node:http';
import path from 'node:path';
import { newId } from '#event-sourcing';
import { freePort } from '../support/free-port.js';
import { type ApiWorld, openApiWorld } from './api-world.js';
import { assertSame, type BenchResult, type BenchSettings, Rounds, sizeOf } from './bench.js';
import { everyMigration, withServer } from './bench-server.js';
import { rateOf } from './load.js';
import { peakMibOf } from './peak-memory.js';
import { percentile } from './ratios.js';
import { Watcher } from './visible-watcher.js';

const ROOT = path.resolve(import.meta.dirname, '../../..');
/** Standard output is for the figures. */
const STANDARD_ERROR = 2;
const PER_SECOND = 500;
const WARM_UP_SECONDS = 3;
const SECONDS = { quick: 3, usual: 6, full: 10 };
/** Each waits until its command is visible before it sends the next, so no more than these are ever under way. */
const CALLERS = 128;
const CLIENTS = 200;
const APPS = ['api', 'relay', 'projector'] as const;
const START_TIMEOUT_MS = 60_000;

/** From when a command should have been sent until its row is there in the timeline: api, relay and projector as processes, over Kafka. */
export const benchVisible = (settings: BenchSettings): Promise<BenchResult> =>
  withServer(async (server) => {
    const { rounds } = settings;
    const kafka = await startKafka();
    if ('notRun' in kafka) return { rows: [], held: [`NOT RUN, no Kafka: ${kafka.notRun}`] };
    const url = await server.newDatabase('visible', everyMigration);
    const world = await openApiWorld(url, CLIENTS);
    const port = await freePort();
    const env = environment(url, world, port, kafka.brokers);
    const children = APPS.map((app) =>
      spawn(process.execPath, [`dist/apps/${app}/src/main.js`], { cwd: ROOT, env, stdio: ['ignore', STANDARD_ERROR, 'inherit'] }),
    );
    const watcher = new Watcher(url);
    try {
      const seconds = sizeOf(settings, SECONDS);
      const load = new Load(port, world, watcher);
      await load.untilAnswered();
      await load.run(WARM_UP_SECONDS);
      const runs: number[][] = [];
      const run = async (): Promise<number> => percentile(runs[runs.push(await load.run(seconds)) - 1]!, 0.99);
      const last = (share: number) => async () => percentile(runs.at(-1)!, share);
      const measured = new Rounds();
      for (let round = 0; round < rounds; round++) {
        measured.add('p99', 'ms', await run());
        measured.add('p50', 'ms', await last(0.5)());
        measured.add('max', 'ms', await last(1)());
        measured.add('most', 'commands/s', await load.most(settings.seconds));
        const [p99, most] = ['p99', 'most'].map((name) => measured.of(name).at(-1)!);
        console.error(`round ${round + 1} of ${rounds}: p99 ${p99!.toFixed(1)} ms; ${most!.toFixed(0)} commands/s at most`);
      }
      const memory = APPS.flatMap((app, nth) => {
        const peak = peakMibOf(children[nth]!.pid!);
        if (peak === undefined) return [];
        measured.add(app, 'MiB', peak);
        return [measured.absolute(`commands through Kafka: peak memory of the ${app}`, app)];
      });
      return {
        rows: [
          measured.absolute('accepted to visible through Kafka, 500 commands/s, p99', 'p99', { atMost: 100 }),
          measured.absolute('the same, p50', 'p50'),
          measured.absolute('the same, the slowest', 'max'),
          measured.absolute('the most commands accepted and made visible through Kafka', 'most'),
          ...memory,
        ],
        held: [
          `${server.held}; one Apache Kafka 4.3.1 (acks all), api, relay and projector (every read model) a process each`,
          `POST /v1/contacts, ${PER_SECOND}/s sent by the clock for ${seconds} s a round, from the time it should have been sent to its row in read.timeline, asked for every few ms; every command seen (${load.askedAgain} sent again after a 503)`,
          `the most: ${CALLERS} callers who each wait until their command is visible and send the next, so that the lag is bounded and none at the end; ${settings.seconds} s; memory: the highest of the whole run, under both loads`,
        ],
      };
    } finally {
      await watcher.close();
      for (const child of children) await ended(child);
      await world.close();
      await kafka.stop();
    }
  });

/** Sends by the clock, whatever becomes of what was sent before. */
class Load {
  private readonly agent = new http.Agent({ keepAlive: true, maxSockets: 512 });
  private sent = 0;
  /** Commands that were answered 503 and sent again. */
  askedAgain = 0;

  constructor(
    private readonly port: number,
    private readonly world: ApiWorld,
    private readonly watcher: Watcher,
  ) {}

  async untilAnswered(): Promise<void> {
    const deadline = Date.now() + START_TIMEOUT_MS;
    for (;;) {
      const position = await this.post().catch(() => undefined);
      if (position !== undefined) return void (await this.watcher.seen(position));
      if (Date.now() > deadline) throw new Error('the api never answered');
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
  }

  /** Milliseconds of every command of a run. */
  async run(seconds: number): Promise<number[]> {
    const start = performance.now();
    const visible: Promise<number>[] = [];
    const one = async (dueMs: number): Promise<number> => (await this.watcher.seen(await this.post())) - dueMs;
    while (visible.length < seconds * PER_SECOND) {
      const due = Math.floor(((performance.now() - start) * PER_SECOND) / 1_000) + 1;
      while (visible.length < Math.min(due, seconds * PER_SECOND)) {
        const latency = one(start + (visible.length * 1_000) / PER_SECOND);
        latency.catch(() => undefined); // rejects below
        visible.push(latency);
      }
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
    const latencies = await Promise.all(visible);
    assertSame('commands seen', latencies.length, seconds * PER_SECOND);
    return latencies;
  }

  /** Commands a second that are accepted and made visible while as many as there are callers are under way. */
  most(seconds: number): Promise<number> {
    return rateOf(CALLERS, seconds, async () => this.watcher.seen(await this.post()));
  }

  /** Position of a new contact; a 503 is asked again under the same key, and its time counts. */
  private async post(): Promise<number> {
    const body = this.world.bodies[this.sent++ % this.world.bodies.length]!;
    const key = newId();
    for (const giveUpMs = performance.now() + START_TIMEOUT_MS; ;) {
      const { status, text } = await this.answer(body, key);
      if (status === 201) return (JSON.parse(text) as { position: number }).position;
      if (status !== 503 || performance.now() > giveUpMs) throw new Error(`${status}: ${text}`);
      this.askedAgain++;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }

  private answer(body: string, key: string): Promise<{ status: number; text: string }> {
    const headers = {
      authorization: this.world.authorization,
      'content-type': 'application/json',
      'idempotency-key': key,
      'content-length': Buffer.byteLength(body),
    };
    return new Promise((resolve, reject) => {
      const options = { host: '127.0.0.1', port: this.port, method: 'POST', path: '/v1/contacts', agent: this.agent, headers };
      const request = http.request(options, (response) => {
        let text = '';
        response.setEncoding('utf8').on('data', (part: string) => (text += part));
        response.on('end', () => resolve({ status: response.statusCode!, text }));
      });
      request.on('error', reject).end(body);
    });
  }
}

type Kafka = { notRun: string } | { brokers: string; stop: () => Promise<void> };

async function startKafka(): Promise<Kafka> {
  const { startKafkaForTests } = (await import(path.join(ROOT, 'test/support/kafka-server.mjs'))) as {
    startKafkaForTests: () => Promise<Kafka>;
  };
  return startKafkaForTests();
}

function environment(url: string, { serving }: ApiWorld, port: number, brokers: string): NodeJS.ProcessEnv {
  const { issuer, audience, jwks } = serving.authentication;
  return {
    ...process.env,
    LOG_LEVEL: process.env.LOG_LEVEL ?? 'error',
    DATABASE_URL: url,
    KAFKA_BROKERS: brokers,
    KAFKA_TOPIC: `bench.${newId()}`,
    MASTER_KEY_FILE: serving.masterKeyFile,
    TOKEN_ISSUER: issuer,
    TOKEN_AUDIENCE: audience,
    TOKEN_JWKS: 'file' in jwks ? jwks.file : jwks.url,
    RATE_LIMIT_PER_MINUTE: '1000000',
    PORT: String(port),
  };
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exit = once(child, 'exit');
  child.kill('SIGKILL');
  await exit;
}
