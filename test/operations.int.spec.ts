import { afterAll, beforeAll, expect, it, jest } from '@jest/globals';
import { createPool, type Database } from '#database';
import { newId } from '#event-sourcing';
import { EventStore } from '#event-store';
import { METRIC_LABELS } from '#telemetry';
import { aClient, aComplaint, aRequest, type Caller } from './support/api.js';
import { type AppProcess, installProcesses, type ProcessInstallation, until } from './support/installation.js';
import { describeWithKafka } from './support/kafka.js';
import { type Sample, sampled, samplesOf } from './support/metrics.js';
import { askedBy } from './support/promql.js';
import { type ReceivedSpan, startTraceReceiver, type TraceReceiver } from './support/trace-receiver.js';
import { alertRules, panelQueries } from './support/watched-queries.js';

jest.setTimeout(180_000);
const APPS = ['api', 'relay', 'projector', 'timekeeper', 'bridge'];
/** Labels that Prometheus' client puts on figures of Node.js itself. */
const RUNTIME_LABELS = ['kind', 'le', 'major', 'minor', 'patch', 'quantile', 'space', 'type', 'version'];

/** What Prometheus itself adds to what it scrapes. */
const PROMETHEUS_LABELS = ['job', 'instance'];
const PROMETHEUS_METRICS = ['up'];

describeWithKafka('every app, as operations see it', () => {
  let installation: ProcessInstallation;
  let owner: Database & { end(): Promise<void> };
  let desk: Caller;
  let receiver: TraceReceiver;
  const running = new Map<string, AppProcess>();

  beforeAll(async () => {
    installation = await installProcesses('operations');
    owner = createPool({ url: installation.database.url, max: 2, applicationName: 'checker' });
    receiver = await startTraceReceiver();
    const operated = { STALL_SECONDS: '2', OTEL_EXPORTER_OTLP_ENDPOINT: receiver.endpoint, OTEL_BSP_SCHEDULE_DELAY: '100' };
    for (const app of APPS) running.set(app, installation.start(app, operated));
    await Promise.all([...running.values()].map(({ operations }) => operations));
    desk = await installation.as('branchManager');
  });
  afterAll(async () => {
    await owner.end();
    await installation.close();
    await receiver.close();
  });

  const asked = async (app: string, path: string): Promise<{ status: number; says: string[]; as: string }> => {
    const response = await running.get(app)!.ask(path);
    const { status: as, says } = (await response.json()) as { status: string; says: string[] };
    return { status: response.status, as, says };
  };
  const metricsOf = async (app: string): Promise<Sample[]> => samplesOf(await (await running.get(app)!.ask('/metrics')).text());

  it('is started, alive, and ready in words of the business', async () => {
    for (const app of APPS) {
      expect([app, await asked(app, '/health/started')]).toMatchObject([app, { status: 200 }]);
      expect([app, await asked(app, '/health/live')]).toMatchObject([app, { status: 200 }]);
      await until(async () => (await asked(app, '/health/ready')).as === 'ready');
    }
    expect((await asked('projector', '/health/ready')).says).toEqual(['read models are up to date']);
    expect((await asked('relay', '/health/ready')).says).toEqual([`Kafka topic ${installation.env.KAFKA_TOPIC} has every event`]);
  });

  it('stands by as the second of its kind, and that is ready', async () => {
    running.set('standby', installation.start('relay'));
    expect(await asked('standby', '/health/ready')).toMatchObject({ status: 200, as: 'standby' });
    expect(sampled(await metricsOf('standby'), 'rapport_leader', { office: `relay:${installation.env.KAFKA_TOPIC}` })).toBe(0);
    expect(await running.get('standby')!.end('SIGTERM')).toBe(0);
  });

  it('counts what is done, and carries nothing that a person has said in any figure', async () => {
    const person = aClient();
    const { id: clientId } = (await desk.post('/v1/clients', person)).body;
    await desk.post('/v1/complaints', aComplaint(clientId, { allegation: 'The advisor never called me back.' }));
    await desk.post('/v1/requests', aRequest(clientId));
    expect((await desk.post('/v1/clients', aClient({ clientNo: person['clientNo'] }))).status).toBe(422); // the number is taken
    await desk.get(`/v1/clients/${String(clientId)}`);
    await desk.get('/v1/no-such/王芳');

    const api = await metricsOf('api');
    expect(sampled(api, 'rapport_commands_total', { command: 'RegisterClient', code: 'accepted' })).toBe(1);
    expect(sampled(api, 'rapport_commands_total', { command: 'RegisterClient', code: 'client-number-taken' })).toBe(1);
    expect(sampled(api, 'rapport_append_duration_seconds_count')).toBeGreaterThanOrEqual(4);
    expect(sampled(api, 'rapport_append_queue_depth')).toBe(0);
    expect(sampled(api, 'rapport_http_request_duration_seconds_count', { route: '/v1/clients/:clientId' })).toBe(1);
    await until(async () => sampled(await metricsOf('projector'), 'rapport_projection_lag_events', { projection: 'complaints' }) === 0);
    expect(sampled(await metricsOf('projector'), 'rapport_projection_events_total', { projection: 'complaints' })).toBeGreaterThan(0);
    await until(async () => sampled(await metricsOf('relay'), 'rapport_relay_lag_events') === 0);

    const said = [person['clientNo'], clientId, '王芳', '310101', '1984-05-17', '139 0000', 'advisor', 'branchManager', 'Fund', 'sh-01'];
    for (const app of APPS) {
      const samples = await metricsOf(app);
      expect([app, sampled(samples, 'rapport_figures_unread_total')]).toEqual([app, 0]);
      for (const { name, labels } of samples) {
        const known = name.startsWith('rapport_') ? [...METRIC_LABELS, 'le'] : RUNTIME_LABELS;
        expect(known).toEqual(expect.arrayContaining(Object.keys(labels)));
        for (const value of Object.values(labels)) {
          expect(said.filter((word) => decodeURIComponent(value).includes(String(word)))).toEqual([]);
          expect(value).not.toMatch(/[0-9a-f]{8}-[0-9a-f]{4}/);
        }
      }
    }
  });

  it('tells one trace of a command, from its request through the log and Kafka to what people read', async () => {
    const traceId = '4bf92f3577b34da6a3ce929d0e0e4736';
    const headers = { traceparent: `00-${traceId}-00f067aa0ba902b7-01` };
    const answer = await desk.post('/v1/clients', aClient(), { headers });
    expect([answer.status, answer.headers.get('rapport-trace-id')]).toEqual([201, traceId]);
    const ofTrace = (): ReceivedSpan[] => receiver.spans.filter((span) => span.traceId === traceId);
    const projected = (): boolean => ofTrace().some(({ service }) => service === 'rapport-projector');
    await until(
      () =>
        projected() &&
        ofTrace().some(({ service }) => service === 'rapport-relay') &&
        ofTrace().some(({ name }) => name.startsWith('POST')),
    );
    const request = ofTrace().find(({ name }) => name === 'POST /v1/clients')!;
    expect(request).toMatchObject({ service: 'rapport-api', parentSpanId: '00f067aa0ba902b7' });
    for (const [service, name] of [
      ['rapport-api', 'append'],
      ['rapport-relay', 'publish ClientRegistered'],
      ['rapport-projector', 'project ClientRegistered'],
    ]) {
      expect(ofTrace()).toContainEqual(expect.objectContaining({ service, name, parentSpanId: request.spanId }));
    }
    expect(JSON.stringify(receiver.spans)).not.toMatch(/王芳|310101|branchManager|C-\d/);
  });

  it('goes on, traced, past an event whose metadata nobody can read', async () => {
    const store = await EventStore.open({ url: installation.database.url, role: 'rapport_api', applicationName: 'broken' });
    const client = newId();
    const broken = async (metadata: string): Promise<number> => {
      const event = {
        eventId: newId(),
        type: 'ContactLogged',
        schemaVersion: 1,
        occurredAt: '2026-03-11T01:00:00.000Z',
        data: '{}',
        metadata,
      };
      const stream = { id: newId(), kind: 'contact', key: client };
      const command = { commandId: newId(), requestHash: 'a'.repeat(64), keepOutcome: 'sevenDays', expectedVersion: 0 } as const;
      const outcome = await store.append({ ...command, stream, events: [event] });
      return outcome.kind === 'accepted' ? outcome.position : 0;
    };
    const last = Math.max(await broken('null'), await broken('no JSON'), await broken('{}'));
    await store.close();
    const behind = `SELECT least((SELECT position FROM feed.relay_state WHERE topic = $1), (SELECT min(position) FROM read.checkpoints)) AS position`;
    await until(async () => (await owner.query<{ position: number }>(behind, [installation.env.KAFKA_TOPIC])).rows[0]!.position >= last);
    const { rows } = await owner.query('SELECT DISTINCT key FROM read.parked');
    expect(rows).toEqual([{ key: client }]);
    await owner.query('DELETE FROM read.parked');
  });

  it('has every figure that the dashboard and the alerts ask for', async () => {
    await buildAnew();
    await until(async () => (await metricsOf('projector')).some(({ name }) => name.startsWith('rapport_rebuild'))); // figures are read once a second
    const samples = (await Promise.all(APPS.map(metricsOf))).flat();
    const known = new Map<string, Set<string>>(PROMETHEUS_METRICS.map((name) => [name, new Set(PROMETHEUS_LABELS)]));
    for (const { name, labels } of samples) {
      const before = known.get(name) ?? new Set(PROMETHEUS_LABELS);
      known.set(name, new Set([...before, ...Object.keys(labels)]));
    }
    const queries = [...panelQueries(), ...alertRules().map(({ alert, expr }) => ({ title: alert, expr }))];
    expect(queries.length).toBeGreaterThan(40);
    for (const { title, expr } of queries) {
      const { selectors, grouping } = askedBy(expr);
      expect([title, selectors.map(({ metric }) => metric).filter((metric) => !known.has(metric))]).toEqual([title, []]);
      for (const { metric, labels } of selectors) {
        expect([title, [...labels, ...grouping].filter((label) => !known.get(metric)!.has(label))]).toEqual([title, []]);
      }
    }
    expect(samples).toContainEqual({ name: 'rapport_rebuild_progress_ratio', labels: { projection: 'complaints' }, value: 0 });
  });

  /** A generation of a read model that is being filled, and holds nothing yet. */
  async function buildAnew(): Promise<void> {
    await owner.query(`CREATE SCHEMA building; CREATE TABLE building.checkpoints (LIKE read.checkpoints);
      GRANT USAGE ON SCHEMA building TO rapport_projector; GRANT SELECT ON building.checkpoints TO rapport_projector;
      INSERT INTO read.generations (model, generation, version, schema_name, state) VALUES ('complaints', 9, 1, 'building', 'building')`);
  }

  it('is stuck where there is work and none is done although everything answers, and alive again when it goes on', async () => {
    const locker = await owner.connect();
    try {
      await locker.query('BEGIN; LOCK TABLE feed.relay_state IN EXCLUSIVE MODE'); // the relay may read how far it is, and not save it
      await desk.post('/v1/clients', aClient());
      await until(async () => (await asked('relay', '/health/live')).status === 503);
      expect((await asked('relay', '/health/live')).says[0]).toMatch(/^the relay to .* has \d+ to do and has done nothing for 2 s$/);
      expect((await asked('relay', '/health/ready')).says[0]).toMatch(/who reads it misses the last \d+ events/);
      expect(await asked('projector', '/health/live')).toMatchObject({ status: 200 }); // it waits for what Kafka does not have
    } finally {
      await locker.query('ROLLBACK');
      locker.release();
    }
    await until(async () => (await asked('relay', '/health/live')).status === 200);
  });

  it('stops on SIGTERM within its ten seconds, losing and doubling nothing that it had answered', async () => {
    const answered = new Set<number>();
    let stopping = false;
    const { rows: before } = await owner.query<{ end: number }>('SELECT max(last_position) AS end FROM log.seals');
    const load = async (): Promise<void> => {
      while (!stopping) {
        const answer = await desk.post('/v1/clients', aClient()).catch(() => undefined);
        if (answer?.status === 201) answered.add(answer.body['position'] as number);
      }
    };
    const callers = Array.from({ length: 8 }, load);
    await until(() => answered.size > 100);
    const code = await running.get('api')!.end('SIGTERM');
    stopping = true;
    await Promise.all(callers);
    expect(code).toBe(0);
    const { rows } = await owner.query<{ position: number; times: number }>(
      `SELECT position, count(*) OVER (PARTITION BY stream_id)::int AS times FROM log.events WHERE type = 'ClientRegistered' AND position > $1`,
      [before[0]!.end],
    );
    const stored = new Map(rows.map(({ position, times }) => [position, times]));
    expect([...answered].filter((position) => stored.get(position) !== 1)).toEqual([]);
    // one that was stored and not answered would be a caller's unknown: at most one of each
    expect(stored.size - answered.size).toBeLessThanOrEqual(callers.length);
    const others = ['relay', 'projector', 'timekeeper', 'bridge'];
    expect(await Promise.all(others.map((app) => running.get(app)!.end('SIGTERM')))).toEqual([0, 0, 0, 0]);
  });
});
