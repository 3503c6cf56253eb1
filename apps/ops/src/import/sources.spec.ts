import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import type { DomainEvent } from '#event-sourcing';
import { bankMarketing } from './bank-marketing.js';
import { berka } from './berka.js';
import { cfpb } from './cfpb.js';
import type { Source, SourceOptions, SourceRow } from './source.js';

const folder = mkdtempSync(path.join(tmpdir(), 'rapport-sources-'));
afterAll(() => rmSync(folder, { recursive: true }));
const options = { branchId: 'head-office', now: '2026-11-24T00:00:00.000Z' };

async function read(
  source: Source,
  text: string | Buffer | Record<string, string>,
  stated: Partial<SourceOptions> = {},
): Promise<SourceRow[]> {
  const place = mkdtempSync(path.join(folder, 'file-'));
  const single = typeof text === 'string' || Buffer.isBuffer(text);
  const files: Record<string, string | Buffer> = single ? { 'data.csv': text } : text;
  for (const [name, content] of Object.entries(files)) writeFileSync(path.join(place, name), content);
  const rows: SourceRow[] = [];
  for await (const row of source.rows(single ? path.join(place, 'data.csv') : place, { ...options, ...stated })) rows.push(row);
  return rows;
}

const events = (row: SourceRow | undefined) =>
  row && 'facts' in row ? row.facts.flatMap((fact) => fact.decide(fact.creates ? [] : registered)) : [];
const types = (row: SourceRow | undefined) => events(row).map(({ event }) => event.type);
const refusals = (rows: SourceRow[]) =>
  rows.flatMap((row) => ('refused' in row ? [[row.line, row.refused.reason, row.refused.column]] : []));
const records = (rows: SourceRow[]) => rows.flatMap((row) => ('facts' in row ? row.facts.map((fact) => fact.record) : []));
const registered = [
  {
    type: 'ClientRegistered',
    data: { clientNo: 'x', party: 'person', identity: {}, reachableAt: [], branchId: 'b', acquisitionSource: 'import', provisional: true },
  },
] as const;

describe('consumer complaints', () => {
  const head =
    'Date received,Product,Sub-product,Issue,Sub-issue,Company,State,ZIP code,Consumer consent provided?,Submitted via,Date sent to company,Company response to consumer,Timely response?,Consumer disputed?';
  const row = (change: { received?: string; via?: string; sent?: string; response?: string; disputed?: string } = {}) =>
    `${change.received ?? '7/29/2013'},Mortgage,,"Servicing, escrow",,Acme & Co,VA,24540,N/A,${change.via ?? 'Phone'},${change.sent ?? '7/30/2013'},${change.response ?? 'Closed with explanation'},Yes,${change.disputed ?? 'No'}`;

  it('become a prospect and a complaint with what the file says, and no time of day', async () => {
    const [one] = await read(cfpb, `${head}\n${row({ disputed: 'Yes' })}\n`);
    expect(types(one)).toEqual([
      'ClientRegistered',
      'ClientProfileUpdated',
      'ComplaintRegistered',
      'ComplaintSourceNoted',
      'FinalResponseSent',
      'ComplaintClosed',
      'ResponseDisputed',
    ]);
    expect(events(one)[2]).toMatchObject({
      event: { data: { receivedAt: { precision: 'day', date: '2013-07-29', at: '2013-07-29T04:00:00.000Z' }, channel: 'phone' } },
      occurred: { precision: 'day' },
    });
    expect(events(one)[3]?.event.data).toMatchObject({ system: 'cfpb', silentOn: expect.arrayContaining(['resolution', 'firstResponse']) });
    expect(events(one)[4]?.occurred.precision).toBe('unknown');
  });

  it('are not closed where the file does not say so', async () => {
    const rows = await read(cfpb, `${head}\n${row({ response: 'In progress' })}\n${row({ response: 'Untimely response' })}\n`);
    for (const one of rows) expect(types(one)).not.toContain('FinalResponseSent');
  });

  it('count true duplicates, and know a row again in another file', async () => {
    const once = await read(cfpb, `${head}\n${row()}\n${row({ via: 'Web' })}\n`);
    const twice = await read(cfpb, `${head}\n${row()}\n${row()}\n`);
    expect(new Set(records(twice)).size).toBe(4);
    expect(records(once).slice(0, 2)).toEqual(records(twice).slice(0, 2));
  });

  it('import with another column, another order, other line ends and a byte order mark', async () => {
    const plain = await read(cfpb, `${head}\n${row()}\n`);
    for (const text of [
      `\uFEFF${head}\r\n${row()}\r\n`,
      `${head}\r${row()}\r`,
      `${head},Tags\n${row()},Servicemember`,
      `Tags,${head}\n,${row()}\n`,
    ]) {
      expect(records(await read(cfpb, text))).toEqual(records(plain));
    }
  });

  it('refuse bad rows with line and reason, and take the others', async () => {
    const bad = [
      row({ received: '2/30/2013' }),
      row({ via: 'Pigeon' }),
      row({ sent: '' }),
      'a,b',
      row({ disputed: 'Maybe' }),
      row({ response: 'Lost' }),
    ];
    const rows = await read(cfpb, [head, ...bad, row()].join('\n'));
    expect(refusals(rows)).toEqual([
      [2, 'no-such-date', 'Date received'],
      [3, 'unknown-channel', 'Submitted via'],
      [4, 'missing-value', 'Date sent to company'],
      [5, 'wrong-number-of-columns', undefined],
      [6, 'not-yes-or-no', 'Consumer disputed?'],
      [7, 'unknown-response', 'Company response to consumer'],
    ]);
    expect(rows).toHaveLength(7);
  });

  it('keep a date sent before the date received as the file says it', async () => {
    const [one] = await read(cfpb, `${head}\n${row({ sent: '7/28/2013' })}\n`);
    expect(events(one)[2]?.event.data).toMatchObject({
      receivedAt: { date: '2013-07-29' },
      forwarding: { forwardedAt: { date: '2013-07-28' } },
    });
    expect(types(one)).toContain('ComplaintClosed');
  });

  it('refuse a file that is something else as a whole', async () => {
    await expect(read(cfpb, 'a,b\n1,2\n')).rejects.toThrow('lacks the columns Date received');
    await expect(read(cfpb, '')).rejects.toThrow('is empty');
  });

  it('take mixed line ends, line breaks in quotes and empty lines', async () => {
    const quoted = row().replace('"Servicing, escrow"', '"Servicing,\nescrow"');
    const rows = await read(cfpb, `${head}\r\n${row()}\n\n${quoted}\r${row({ via: 'Fax' })}\r\n${row({ via: 'Web' })}`);
    expect(rows.map(({ line }) => line)).toEqual([2, 4, 6, 7]);
    expect(events(rows[1])[2]?.event.data).toMatchObject({ classified: { problem: 'Servicing,\nescrow' } });
  });

  it('refuse a record that cannot be read by its line, and go on with the next', async () => {
    const broken = [row().replace('"Servicing, escrow"', '"Servicing, escrow'), `x${'y'.repeat(1_100_000)}`];
    const rows = await read(cfpb, [head, row(), broken[0], row(), row({ via: 'Fax' }), broken[1], row({ via: 'Web' })].join('\n'));
    expect(refusals(rows).map(([line, reason]) => [line, reason])).toEqual([
      [3, 'quote-not-closed'],
      [6, 'line-too-long'],
    ]);
    expect(rows.filter((one) => 'facts' in one).map(({ line }) => line)).toEqual([2, 4, 5, 7]);
  });

  it('have one encoding a file: found, or stated, or the whole is refused with the line at fault', async () => {
    const named = (company: string) => row().replace('Acme & Co', company);
    const respondents = (rows: SourceRow[]) => rows.map((one) => (events(one)[2]?.event.data as { respondent?: string }).respondent);
    // "securities" in GB18030 is well-formed UTF-8 too; the other name is not
    const [securities, company] = [Buffer.from('d6a4c8af', 'hex'), Buffer.from('b9abcbbed6a4c8af', 'hex')];
    const lineOf = (name: Buffer) => Buffer.from(named(name.toString('latin1')), 'latin1');
    const chinese = Buffer.concat([Buffer.from(`${head}\r\n`), lineOf(securities), Buffer.from('\r\n'), lineOf(company)]);
    expect(respondents(await read(cfpb, chinese))).toEqual(['证券', '公司证券']);
    const one = Buffer.concat([Buffer.from(`${head}\n`), lineOf(securities)]);
    await expect(read(cfpb, one)).rejects.toThrow('says something else in each');
    expect(respondents(await read(cfpb, one, { encoding: 'gb18030' }))).toEqual(['证券']);
    const utf16 = Buffer.from(`\uFEFF${head}\r\n${named('公司')}\r\n`, 'utf16le');
    expect(respondents(await read(cfpb, utf16))).toEqual(['公司']);
    const latin = Buffer.from(`${head}\n${row()}\n${named('Caf\xe9')}\n${row()}`, 'latin1');
    await expect(read(cfpb, latin)).rejects.toThrow('line 3 is no UTF-8');
    expect(respondents(await read(cfpb, latin, { encoding: 'windows-1252' }))).toContain('Café');
  });

  it('of the export of 2026 are taken: what it no longer has is not said, a time is left, and None is nothing', async () => {
    const head2026 = `${head.replace(',Consumer consent provided?', '').replace(',Consumer disputed?', '')},Tags,Complaint ID`;
    const row2026 = (received: string) =>
      `${received},Mortgage,None,"Servicing,\r\n""escrow""",,Acme,None,24540,Phone,2024-01-04T00:00:00.000Z,Closed with explanation,Yes,None,C1`;
    const text = [head2026.toUpperCase(), row2026('2024-01-03T08:15:30.000Z'), row2026('2024-01-03'), '', ''].join('\r\n');
    const [one, two] = await read(cfpb, text);
    expect(types(one)).toEqual(types(two));
    expect(events(one)[2]).toMatchObject({ occurred: { precision: 'day', date: '2024-01-03' } });
    const registration = events(one)[2]!.event.data as { classified: object; forwarding: object };
    expect(registration.classified).toEqual({ taxonomy: 'cfpb', product: 'Mortgage', problem: 'Servicing,\n"escrow"' });
    expect(registration.forwarding).not.toHaveProperty('disputedAtSource');
    expect(events(one)[1]?.event.data).toEqual({ external: { postalCode: '24540' } });
    expect(refusals(await read(cfpb, `${head2026}\n${row2026('2024-01-03T25')}`))).toEqual([[2, 'not-a-date', 'Date received']]);
  });

  describe('of a living row', () => {
    const numbered = async (
      response: string,
      more: { disputed?: string; state?: string; product?: string; narrative?: string; received?: string } = {},
    ) => {
      const text = row({ response, disputed: more.disputed ?? 'N/A', ...(more.received && { received: more.received }) });
      const line = text.replace(',VA,', `,${more.state ?? 'VA'},`).replace('Mortgage', more.product ?? 'Mortgage');
      const [one] = await read(cfpb, `${head},Complaint ID,Consumer complaint narrative\n${line},L1,${more.narrative ?? ''}`);
      return one && 'facts' in one ? one.facts : [];
    };
    const later = async (past: readonly DomainEvent[], ...said: Parameters<typeof numbered>) => {
      const added = (await numbered(...said))[1]!.amend!(past).map(({ event }) => event);
      return { events: [...past, ...added], types: added.map(({ type }) => type) };
    };

    it('what has become of it since is added, and nothing twice', async () => {
      const first = (await numbered('In progress'))[1]!.decide([]).map(({ event }) => event);
      const closed = await later(first, 'Closed with non-monetary relief');
      expect(closed.types).toEqual(['FinalResponseSent', 'ComplaintClosed']);
      expect((await later(closed.events, 'Closed with non-monetary relief')).types).toEqual([]);
      expect((await later(closed.events, '')).types).toEqual([]);
      const disputed = await later(closed.events, 'Closed with non-monetary relief', { disputed: 'Yes' });
      expect(disputed.types).toEqual(['ResponseDisputed']);
      const otherwise = await later(closed.events, 'Closed with monetary relief');
      expect(otherwise.types).toEqual(['ComplaintReopened', 'FinalResponseSent', 'ComplaintClosed']);
      const open = await later(closed.events, 'In progress');
      expect(open.types).toEqual(['ComplaintReopened']);
      expect((await later(open.events, 'Untimely response')).types).toEqual([]);
      expect((await later(open.events, 'Closed with explanation')).types).toEqual(['FinalResponseSent', 'ComplaintClosed']);
    });

    it('what it says otherwise is restated, and closes all the same; another day of receipt is another complaint', async () => {
      const first = (await numbered('In progress'))[1]!.decide([]).map(({ event }) => event);
      const restated = await later(first, 'Closed with explanation', { product: 'Student loan' });
      expect(restated.types).toEqual(['ComplaintRestated', 'FinalResponseSent', 'ComplaintClosed']);
      expect(restated.events.find(({ type }) => type === 'ComplaintRestated')?.data).toEqual({
        system: 'cfpb',
        subject: {},
        classified: { taxonomy: 'cfpb', product: 'Student loan', problem: 'Servicing, escrow' },
      });
      expect((await later(restated.events, 'Closed with explanation', { product: 'Student loan' })).types).toEqual([]);
      const narrated = await later(restated.events, 'Closed with explanation', { product: 'Student loan', narrative: 'They said no.' });
      expect(narrated.events.at(-1)).toEqual({ type: 'ComplaintRestated', data: { system: 'cfpb', allegation: 'They said no.' } });
      await expect(later(first, 'In progress', { received: '7/28/2013' })).rejects.toThrow('known-with-other-content');
    });

    it('a client who has moved has another region', async () => {
      const [person] = await numbered('In progress');
      const past = person!.decide([]).map(({ event }) => event);
      const [moved] = await numbered('In progress', { state: 'CA' });
      expect(moved!.amend!(past).map(({ event }) => event)).toMatchObject([
        { type: 'ClientProfileUpdated', data: { external: { region: 'US-CA' } } },
      ]);
      expect(person!.amend!(past)).toEqual([]);
    });
  });

  it('refuse words that every object knows, and a column named twice', async () => {
    const rows = await read(cfpb, [head, row({ via: 'constructor' }), row({ response: '__proto__' }), row({ via: 'toString' })].join('\n'));
    expect(refusals(rows).map(([, reason]) => reason)).toEqual(['unknown-channel', 'unknown-response', 'unknown-channel']);
    await expect(read(cfpb, `${head},product\n${row()},x`)).rejects.toThrow('names the columns Product twice');
    await expect(read(cfpb, `${head},Tags,TAGS\n${row()},x,y`)).rejects.toThrow('names the columns Tags twice');
    await expect(read(cfpb, `${head},Consumer dispute\n${row()},Yes`)).rejects.toThrow('are not known: Consumer dispute;');
    await expect(read(cfpb, `${row()}\n${row()}`)).rejects.toThrow('lacks the columns');
  });
});

describe('bank contacts', () => {
  const head = 'age;job;marital;education;default;balance;housing;loan;contact;day;month;duration;campaign;pdays;previous;poutcome;y';
  const row = (day: string | number, month: string, contact = 'cellular') =>
    `59;admin.;married;unknown;no;-23;yes;no;${contact};${day};${month};1042;1;-1;0;unknown;yes`;

  it('become a prospect and an outbound contact on the day that the order of the file gives', async () => {
    const rows = await read(bankMarketing, [head, row(5, 'may'), row(29, 'dec'), row(2, 'jan'), row(1, 'may'), row(3, 'jan')].join('\r\n'));
    const days = rows.map((one) => events(one).map(({ occurred }) => occurred.precision === 'day' && occurred.date)[0]);
    expect(days).toEqual(['2008-05-05', '2008-12-29', '2009-01-02', '2009-05-01', '2010-01-03']);
    expect(types(rows[0])).toEqual(['ClientRegistered', 'ClientProfileUpdated', 'ContactLogged']);
    expect(events(rows[0])[1]?.event.data).toMatchObject({
      internal: { ageBand: '55to64', averageBalance: { amountMinor: -2300, currency: 'EUR' } },
    });
    expect(events(rows[0])[1]?.event.data).not.toHaveProperty('internal.education');
  });

  it('are refused as a whole where they are out of order, for then the years would be made up', async () => {
    const months = ['nov', 'feb', 'dec', 'jan', 'oct', 'mar'];
    await expect(read(bankMarketing, [head, ...months.map((month) => row(5, month))].join('\n'))).rejects.toThrow('not in date order');
  });

  it('take their years from refused rows too', async () => {
    const short = row(5, 'jan').slice(0, 60);
    for (const refused of [row('x', 'jan'), short, row(5, 'jan', 'fax'), `"${row(5, 'jan')}`]) {
      const rows = await read(bankMarketing, [head, row(5, 'dec'), refused, row(6, 'dec')].join('\n'));
      const days = rows.map((one) => events(one).map(({ occurred }) => occurred.precision === 'day' && occurred.date)[0]);
      expect(days).toEqual(['2008-12-05', undefined, '2009-12-06']);
    }
  });

  it('refuse impossible days and unknown values', async () => {
    const rows = await read(bankMarketing, [head, row(30, 'feb'), row(5, 'mai'), row('x', 'may'), row(5, 'may', 'fax')].join('\n'));
    expect(refusals(rows).map(([, reason, column]) => `${reason} ${column}`)).toEqual([
      'no-such-date day',
      'no-such-month month',
      'not-a-whole-number day',
      'unknown-channel contact',
    ]);
  });
});

describe('the Czech bank', () => {
  const files = (change: Partial<Record<'account.asc' | 'client.asc' | 'disp.asc', string>> = {}) => ({
    'account.asc': '"account_id";"district_id";"frequency";"date"\r\n1;18;"POPLATEK MESICNE";930101\r\n',
    'client.asc': '"client_id";"birth_number";"district_id"\r\n1;"706213";18\r\n2;"450204";1\r\n',
    'disp.asc': '"disp_id";"client_id";"account_id";"type"\r\n1;1;1;"OWNER"\r\n2;2;1;"DISPONENT"\r\n',
    ...change,
  });

  it('gives clients with what the birth number says, and links to accounts opened on their day', async () => {
    const rows = await read(berka, files());
    expect(rows).toHaveLength(5);
    expect(events(rows[1]).map(({ event }) => event.data)).toMatchObject([
      { clientNo: 'BERKA-1', branchId: 'CZ-18', identity: { birthDate: '1970-12-13' } },
      { internal: { sex: 'female' }, external: { region: 'CZ-district-18' } },
    ]);
    expect(events(rows[3])).toMatchObject([{ event: { type: 'AccountLinked', data: { role: 'owner', opened: { date: '1993-01-01' } } } }]);
  });

  it('keeps a birth date out of the envelope', async () => {
    const rows = await read(berka, files());
    expect(JSON.stringify(events(rows[1]).map(({ occurred }) => occurred))).not.toContain('1970');
  });

  it('gives a disposition another role where a later file says so, and no other account', async () => {
    const disposition = async (type: string) => {
      const disp = `disp_id;client_id;account_id;type\n1;1;1;${type}\n`;
      const row = (await read(berka, files({ 'disp.asc': disp }))).at(-1);
      return row && 'facts' in row ? row.facts[0]! : undefined;
    };
    const past = [...registered, ...(await disposition('OWNER'))!.decide(registered).map(({ event }) => event)];
    const changed = (await disposition('DISPONENT'))!.amend!(past).map(({ event }) => event);
    expect(changed.map(({ type }) => type)).toEqual(['AccountUnlinked', 'AccountLinked']);
    const other = (await disposition('OWNER'))!;
    expect(other.amend!(past)).toEqual([]);
    expect(() => other.amend!(registered)).toThrow('known-with-other-content');
  });

  it('refuses what does not fit together', async () => {
    const rows = await read(
      berka,
      files({ 'disp.asc': '"disp_id";"client_id";"account_id";"type"\r\n1;1;7;"OWNER"\r\n2;2;1;"FRIEND"\r\n' }),
    );
    expect(refusals(rows)).toEqual([
      [2, 'unknown-account', 'account_id'],
      [3, 'unknown-role', 'type'],
    ]);
    const { 'disp.asc': _, ...partial } = files();
    const place = mkdtempSync(path.join(folder, 'partial-'));
    for (const [name, text] of Object.entries(partial)) writeFileSync(path.join(place, name), text);
    expect(() => berka.files(place)).toThrow('lacks disp.asc');
  });
});
