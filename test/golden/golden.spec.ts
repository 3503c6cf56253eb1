import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { eventRegistry } from '#application';
import {
  accountClaim,
  accountClaimEvents,
  authority,
  authorityEvents,
  inboxConflict,
  inboxConflictEvents,
  parkedMessage,
  parkedMessageEvents,
  reconciliation,
  reconciliationEvents,
  sourceRegistration,
  sourceRegistrationEvents,
} from '#back-office';
import { assignmentEvents, assignments, client, clientEvents, riskProfile, riskProfileEvents, segment, segmentEvents } from '#clients';
import { complaint, complaintEvents } from '#complaints';
import { contact, contactEvents, followUp, followUpEvents, outreach, outreachEvents, survey, surveyEvents } from '#contacts';
import { type Decider, type DomainEvent, fold } from '#event-sourcing';
import { openData } from '#privacy';
import {
  acknowledgement,
  acknowledgementEvents,
  calendar,
  calendarEvents,
  commitment,
  commitmentEvents,
  deliveries,
  deliveryEvents,
  handbook,
  handbookEvents,
  request,
  requestEvents,
} from '#service-levels';
import { tier, tierEvents, tierRulebook, tierRulesEvents } from '#tiers';
import { type GoldenEvent, goldenKey } from './seal-example.js';

/** Released files and what they held when released. Add files; never edit one, for logs in the field hold such events. */
const released: Record<string, string> = {
  '2026-11-spine.jsonl': 'db0b29fcb4244d05b128ac008cb7f3a1214adcd77f2bc5c2c60a30b693dcd159',
  '2026-11-service-levels.jsonl': 'f37ff60558b106b4461743f2b814045ec345726b7821821f3ab6d240fa09123e',
  '2026-11-tiers.jsonl': 'd787e19958eb4f84d86af9a823db7e0197070d3f92a58da741379b1cbef63e90',
  '2026-12-evidence.jsonl': '16870eb06951ae82992820e7946753ade4088fbddb19654c5c73ca27934c522d',
  '2026-12-restated.jsonl': 'f4d721c79a3712cb59d5d178c09704504d2fa74edd3328e8d3192697fb1727b8',
  '2026-12-own-words.jsonl': '0af184a686386566b1cc04cbcba290e2681b72b4d2fc3d308a529525179b6dbe',
  '2026-12-clients.jsonl': '439c1e85c3c29304f2b1bb62d5134ea3d3167f486be4ebc3f00fcbd138330147',
  '2026-12-sources.jsonl': '73c892f1fd9b7e11f704a0ff25d37003b110ec75a00d79c18639448eb41189b3',
  '2026-12-account-claims.jsonl': '8bdddb8bd902a4a8c7afa1837ea3de2cc2d01795d770e9e163069c414f38bf00',
};

const SPINE = '2026-11-spine.jsonl';

const golden = Object.keys(released).flatMap((file) => {
  const lines = read(file).split('\n').filter(Boolean);
  return lines.map((line) => ({ ...(JSON.parse(line) as GoldenEvent), file }));
});
const current = golden.map(({ file, eventId, type, schemaVersion, data }) => ({
  file,
  type,
  data: openData(eventRegistry.definitionOf(type), eventRegistry.upcast(type, schemaVersion, data), eventId, goldenKey),
}));

describe('released event shapes', () => {
  it('are never edited', () => {
    const found = readdirSync(import.meta.dirname).filter((name) => name.endsWith('.jsonl'));
    expect(Object.fromEntries(found.map((name) => [name, createHash('sha256').update(read(name)).digest('hex')]))).toEqual(released);
  });

  it('cover every type and version that a build has written', () => {
    const covered = new Set(golden.map((event) => `${event.type} ${event.schemaVersion}`));
    const written = eventRegistry.types.flatMap((type) =>
      Array.from({ length: eventRegistry.definitionOf(type).version }, (_, i) => `${type} ${i + 1}`),
    );
    expect(written.filter((shape) => !covered.has(shape))).toEqual([]);
  });

  it('show every field of the current version', () => {
    const shown = new Set(current.flatMap(({ type, data }) => Object.keys(data).map((field) => `${type}.${field}`)));
    const fields = eventRegistry.types.flatMap((type) =>
      Object.keys(eventRegistry.definitionOf(type).fields).map((field) => `${type}.${field}`),
    );
    expect(fields.filter((field) => !shown.has(field))).toEqual([]);
  });

  it('are read, decrypted and folded by this build', () => {
    const spine = {
      client: state(client, clientEvents, SPINE, '2026-12-clients.jsonl'),
      assignments: state(assignments, assignmentEvents),
      contact: state(contact, contactEvents),
      followUp: state(followUp, followUpEvents),
      tier: state(tier, tierEvents),
      complaint: state(complaint, complaintEvents, SPINE, '2026-11-service-levels.jsonl'),
    };
    const serviceLevels = {
      calendar: state(calendar, calendarEvents),
      handbook: state(handbook, handbookEvents),
      acknowledgement: state(acknowledgement, acknowledgementEvents),
      deliveries: state(deliveries, deliveryEvents),
      request: state(request, requestEvents),
      commitment: state(commitment, commitmentEvents, '2026-11-service-levels.jsonl'),
    };
    const evidence = { commitment: state(commitment, commitmentEvents, '2026-12-evidence.jsonl') };
    const tiers = {
      tierRulebook: state(tierRulebook, tierRulesEvents),
      riskProfile: state(riskProfile, riskProfileEvents),
      outreach: state(outreach, outreachEvents),
      survey: state(survey, surveyEvents),
      segment: state(segment, segmentEvents, '2026-11-tiers.jsonl'),
      inboxConflict: state(inboxConflict, inboxConflictEvents),
      parkedMessage: state(parkedMessage, parkedMessageEvents),
      reconciliation: state(reconciliation, reconciliationEvents),
    };
    const sources = {
      sourceRegistration: state(sourceRegistration, sourceRegistrationEvents),
      authority: state(authority, authorityEvents),
    };
    const accountClaims = { accountClaim: state(accountClaim, accountClaimEvents) };
    if (process.env.UPDATE_GOLDEN_STATE === '1') {
      for (const [name, states] of Object.entries({
        '2026-11-tiers': tiers,
        '2026-12-evidence': evidence,
        '2026-12-sources': sources,
        '2026-12-account-claims': accountClaims,
      }))
        writeFileSync(path.join(import.meta.dirname, `${name}.state.json`), JSON.stringify(plain(states), null, 2));
    }
    expect(plain(spine)).toEqual(JSON.parse(read('2026-11-spine.state.json')));
    expect(plain(serviceLevels)).toEqual(JSON.parse(read('2026-11-service-levels.state.json')));
    expect(plain(evidence)).toEqual(JSON.parse(read('2026-12-evidence.state.json')));
    expect(plain(tiers)).toEqual(JSON.parse(read('2026-11-tiers.state.json')));
    expect(plain(accountClaims)).toEqual(JSON.parse(read('2026-12-account-claims.state.json')));
    expect(plain(sources)).toEqual(JSON.parse(read('2026-12-sources.state.json')));
  });

  it('give back what was said in anybody’s own words, also where its class was raised since', () => {
    const said = (file: string, wanted: string) => current.find((event) => event.file === file && event.type === wanted)?.data;
    expect(said('2026-12-own-words.jsonl', 'ComplaintRegistered')).toMatchObject({
      subject: { subProduct: '闻泰转债', subProblem: '客户经理代为下单' },
      classified: { product: 'bond', problem: 'unauthorisedTrading' },
      forwarding: { body: '证监局', statusAtSource: '转办', timelyAtSource: true },
    });
    expect(said('2026-12-own-words.jsonl', 'SegmentSaved')).toMatchObject({ query: { external: { organisation: ['某大学'] } } });
    expect(said(SPINE, 'ComplaintRegistered')).toMatchObject({ subject: { product: expect.any(String) }, respondent: expect.any(String) });
  });
});

/** The state after all golden events of one aggregate, in file order; or after those of some. */
function state<State, Command, Event extends DomainEvent>(
  decider: Decider<State, Command, Event>,
  definitions: Record<string, unknown>,
  ...of: string[]
): State {
  const events = current.filter(({ type, file }) => type in definitions && (of.length === 0 || of.includes(file)));
  return fold(decider, events.map(({ type, data }) => ({ type, data })) as unknown as Event[]);
}

/** As JSON has it. */
function plain(states: object): unknown {
  const text = JSON.stringify(states, (_name, value: unknown) => (value instanceof Map ? (Object.fromEntries(value) as object) : value));
  return JSON.parse(text);
}

function read(name: string): string {
  return readFileSync(path.join(import.meta.dirname, name), 'utf8');
}
