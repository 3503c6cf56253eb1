import { randomBytes } from 'node:crypto';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type ApiUnderTest, type Caller, SHANGHAI, startApiUnderTest } from './support/api.js';

const canary = (name: string) => `${name}-${randomBytes(8).toString('hex')}`;
const BORN = '1931-02-07';
const secrets = {
  name: canary('Canary Name'),
  idNumber: canary('ID'),
  address: canary('phone'),
  occupation: canary('job'),
  goals: canary('goal'),
  summary: canary('said'),
  allegation: canary('story'),
  justification: canary('because'),
  product: canary('product'),
  subProduct: canary('subProduct'),
  subProblem: canary('subProblem'),
  respondent: canary('respondent'),
  regulatorRef: canary('ref'),
  body: canary('body'),
  statusAtSource: canary('status'),
  region: canary('region'),
  organisation: canary('organisation'),
};

describe('personal data at rest', () => {
  let api: ApiUnderTest;
  let manager: Caller;
  let clientId: string;
  let complaintAt: string;
  let segmentAt: string;

  beforeAll(async () => {
    api = await startApiUnderTest();
    manager = await api.as('relationshipManager', SHANGHAI);
    const registered = await manager.post('/v1/clients', {
      clientNo: canary('C'),
      party: 'person',
      acquisitionSource: 'branch',
      identity: { name: secrets.name, idNumber: secrets.idNumber, birthDate: BORN },
      reachableAt: [{ channel: 'phone', address: secrets.address }],
      profile: { external: { region: secrets.region }, internal: { occupation: secrets.occupation } },
    });
    clientId = registered.body.id as string;
    const place = `/v1/clients/${clientId}`;
    const needs = await manager.post(`${place}/record-needs`, { goals: secrets.goals }, { version: registered.body.version as number });
    const call = {
      channel: 'phone',
      direction: 'inbound',
      automated: false,
      startedAt: new Date().toISOString(),
      summary: secrets.summary,
    };
    const contact = await manager.post('/v1/contacts', { clientId, ...call });
    const about = {
      receivedAt: new Date().toISOString(),
      channel: 'phone',
      subject: { product: secrets.product, subProduct: secrets.subProduct, problem: 'fees', subProblem: secrets.subProblem },
      respondent: secrets.respondent,
      regulatorRef: secrets.regulatorRef,
      forwarding: { body: secrets.body, forwardedAt: new Date().toISOString(), statusAtSource: secrets.statusAtSource },
      allegation: secrets.allegation,
    };
    const complaint = await manager.post('/v1/complaints', { clientId, ...about });
    await manager.post(`${place}/tier/initialise`, { tier: 'GOLD', effectiveFrom: '2026-01-01', basis: 'opening' }, { version: 0 });
    const wish = { mode: 'pin', tier: 'GOLD', validFrom: '2033-01-01', validTo: '2033-02-01', justification: secrets.justification };
    const asked = await manager.post(`${place}/tier/request-override`, wish, { version: 1 });
    const query = {
      external: { region: [secrets.region], organisation: [secrets.organisation] },
      internal: { occupation: [secrets.occupation] },
    };
    const segment = await manager.post('/v1/segments', { name: 'secret', query });
    segmentAt = String(segment.headers.get('location'));
    complaintAt = String(complaint.headers.get('location'));
    expect(segment.status).toBe(201);
    await manager.get(complaintAt, { 'rapport-min-position': String(segment.body.position) });
    expect([registered, needs, contact, complaint, asked].map(({ status }) => status)).toEqual([201, 200, 201, 201, 200]);
    await manager.get(place, { 'rapport-min-position': String(asked.body.position) });
  });
  afterAll(() => api.close());

  it('is readable by those who may, also through a keyed index', async () => {
    const file = await manager.get(`/v1/clients/${clientId}`);
    expect(JSON.stringify(file.body)).toContain(secrets.name);
    const found = await manager.post('/v1/clients/search', { name: ` ${secrets.name.toUpperCase()}` });
    expect((found.body.items as { clientId: string }[]).map((item) => item.clientId)).toEqual([clientId]);
    const timeline = await manager.get(`/v1/clients/${clientId}/timeline`);
    expect(JSON.stringify(timeline.body)).toContain(secrets.allegation);
    const { product, subProduct, subProblem, respondent, regulatorRef, body, statusAtSource } = secrets;
    expect((await manager.get(complaintAt)).body).toMatchObject({
      product,
      registered: {
        subject: { product, subProduct, problem: 'fees', subProblem },
        respondent,
        regulatorRef,
        forwarding: { body, statusAtSource },
      },
    });
    expect((await manager.get(segmentAt)).body).toMatchObject({
      count: 0,
      query: { external: { region: [secrets.region], organisation: [secrets.organisation] } },
    });
    const listed = (await manager.get('/v1/segments')).body.items as { query: object }[];
    expect(JSON.stringify(listed)).toContain(secrets.organisation);
  });

  it('is in no row of any table, and in no byte of the data folder, the write-ahead log included', async () => {
    await api.owner.query('CHECKPOINT');
    const { rows } = await api.owner.query<{ folder: string }>(`SELECT current_setting('data_directory') AS folder`);
    const needles = [...Object.values(secrets), BORN].map((text) => Buffer.from(text));
    const found = filesBelow(rows[0]!.folder).flatMap((file) => {
      const bytes = bytesOf(file);
      return needles.filter((needle) => bytes.includes(needle)).map((needle) => `${needle.toString()} in ${file}`);
    });
    expect(found).toEqual([]);
    // and what is looked for would be found: the client number is no secret
    const { rows: stored } = await api.owner.query<{ data: string }>(`SELECT data FROM log.events WHERE type = 'ClientRegistered'`);
    expect(stored[0]!.data).toContain('"clientNo":"C-');
  });
});

/** None of a file that goes while it is looked for: the cluster is other suites', too. */
function bytesOf(file: string): Buffer {
  try {
    return readFileSync(file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return Buffer.alloc(0);
    throw error;
  }
}

function filesBelow(folder: string): string[] {
  return readdirSync(folder).flatMap((name) => {
    const place = path.join(folder, name);
    const stat = statSync(place, { throwIfNoEntry: false });
    if (stat?.isDirectory()) return filesBelow(place);
    return stat?.isFile() ? [place] : [];
  });
}
