import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Caller } from '../support/caller.js';
import { BackOfficeLoad } from './back-office-load.js';
import { Chance } from '../support/chance.js';
import type { Check } from './checks/check.js';
import { checkCommands } from './checks/commands.js';
import { checkInbox } from './checks/inbox.js';
import { checkLog, checkTail } from './checks/log.js';
import { checkReadModels } from './checks/read-models.js';
import { checkTime } from './checks/time.js';
import { checkTopic } from './checks/topic.js';
import type { Breaking, Fault } from './faults/fault.js';
import { Journal } from './journal.js';
import { Load, type LoadCounts } from './load.js';
import { able, plans, type Size } from './plan.js';
import { Rogue } from './rogue.js';
import { publishRules } from './rules.js';
import { settled } from './settled.js';
import { Tail } from './tail.js';
import { BRANCH, openWorld, type World } from './world.js';

export interface SoakOptions {
  seed: number;
  size: Size;
  /** Where the code under test is built: the product, or a mutant of it. */
  root: string;
  /** Ends after the first round in which something is found. */
  untilFound?: boolean;
  say: (line: string) => void;
}

export interface SoakResult {
  seed: number;
  rounds: number;
  kills: number;
  lostAnswers: number;
  faults: Map<string, number>;
  notRun: string[];
  load: LoadCounts;
  tailed: number;
  /** Of the last round; earlier ones only where they found something. */
  checks: Check[];
  /** What was found, with its round. */
  found: string[];
  /** Exits that nobody caused, by member and exit code. */
  exits: Map<string, number>;
  seconds: number;
}

const UP_MAX_MS = 60_000;
const LOOKS_MAX = 3;
const FILLED_MAX_MS = 300_000;
const FOUND_SHOWN = 20;

/** Rounds of load and faults, each followed by quiet and a look at everything. Leaves nothing behind. */
export async function soak({ seed, size, root, untilFound, say }: SoakOptions): Promise<SoakResult> {
  const began = performance.now();
  const chance = new Chance(seed);
  const folder = mkdtempSync(path.join(tmpdir(), 'rapport-soak-'));
  chmodSync(folder, 0o755); // PostgreSQL runs as another account where we are root
  let ending: Promise<void> | undefined; // npm passes on a Ctrl-C that the terminal has sent already
  const interrupted = (): void => void (ending ??= opening.then(end, () => undefined).finally(() => process.exit(130)));
  const end = async (opened: World): Promise<void> => {
    await opened.close(); // a mounted disk would outlive us
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 }); // what was interrupted may still write its last line
  };
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, interrupted);
  const opening = openWorld(folder, root);
  const world = await opening.catch((error: unknown) => {
    rmSync(folder, { recursive: true, force: true });
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.removeListener(signal, interrupted);
    throw error;
  });
  const journal = new Journal(path.join(folder, 'journal.jsonl'));
  const found: string[] = [];
  const seen = new Set<string>();
  const onViolation = (sentence: string): void => {
    if (!seen.has(sentence)) {
      found.push(sentence);
      if (found.length <= FOUND_SHOWN) say(`FOUND ${sentence}`);
    }
    seen.add(sentence);
  };
  const { can, notRun } = able({ disk: world.postgres.walDisk !== undefined, faketime: world.clocks !== undefined });
  const result: SoakResult = {
    seed,
    rounds: 0,
    kills: 0,
    lostAnswers: 0,
    faults: new Map(),
    notRun: notRun.map(({ name }) => name),
    load: undefined!,
    tailed: 0,
    checks: [],
    found,
    exits: new Map(),
    seconds: 0,
  };
  const over = new AbortController();
  try {
    const rogue = new Rogue(world, journal);
    const subject = 'loader';
    const load = new Load({
      asks: JSON.stringify([subject, 'branchManager', BRANCH]),
      bearer: await world.bearer(subject, 'branchManager'),
      urls: world.apis.map(({ url }) => url),
      people: size.callers,
      journal,
      chance: chance.branch(),
      onViolation,
    });
    result.load = load.counts;
    const backOffice = new BackOfficeLoad(world.kafka.brokers, chance.branch());
    const preparedTo = await prepared(world, backOffice);
    const tail = new Tail(world.owner);
    const tailing = tail.run(over.signal);
    const acknowledged = (): number => load.counts.acknowledged;
    const breaking: Breaking = { world, chance: chance.branch(), rogue, onViolation, acknowledged, lostAnswers: size.lostAnswers };
    for (const plan of plans(chance.branch(), size, can)) {
      result.rounds++;
      const quiet = new AbortController();
      const busy = Promise.all([load.run(quiet.signal), backOffice.run(quiet.signal)]);
      try {
        await broken(plan, breaking, size.pauseMs, result, say);
        await filled(tail, size.events * result.rounds, onViolation);
      } finally {
        quiet.abort();
        await busy; // what is under way is answered, or given up
      }
      const checks = await looked(world, { rogue, backOffice, tail, journal, preparedTo }, onViolation);
      result.checks = checks;
      for (const check of checks) for (const finding of check.findings) onViolation(`${check.name}: ${finding}`);
      say(`round ${result.rounds}: ${result.kills} kills, ${load.counts.acknowledged} acknowledged, ${found.length} findings`);
      if (untilFound && found.length > 0) break;
    }
    result.tailed = tail.count;
    over.abort();
    await tailing;
  } finally {
    over.abort();
    result.lostAnswers = world.apis.reduce((sum, { line }) => sum + line.lost.length, 0);
    for (const { name, exits } of world.fleet.members) {
      for (const code of exits) result.exits.set(`${name}: ${code}`, (result.exits.get(`${name}: ${code}`) ?? 0) + 1);
    }
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.removeListener(signal, interrupted);
    for (const bad of await world.close()) onViolation(`it did not stop when asked to: ${bad}`);
    journal.close();
    if (found.length === 0 || untilFound) rmSync(folder, { recursive: true, force: true });
    else say(`journal and logs of the processes are kept in ${folder}`);
    result.seconds = Math.round((performance.now() - began) / 1_000);
  }
  return result;
}

/** Rules and clients that everything else stands on, with nothing broken yet. Answers up to where the log is of that. */
async function prepared(world: World, backOffice: BackOfficeLoad): Promise<number> {
  const bearers = [
    world.bearer('lin', 'complianceOfficer'),
    world.bearer('zhao', 'complianceOfficer'),
    world.bearer('chen', 'branchManager'),
  ];
  const [drafter, approver, manager] = (await Promise.all(bearers)).map((bearer) => new Caller(world.apis[0]!.url, bearer));
  for (const { url } of world.apis) {
    for (const start = performance.now(); ; await sleep(100)) {
      if ((await fetch(`${url}/health/live`).catch(() => undefined))?.ok) break;
      if (performance.now() - start > UP_MAX_MS) throw new Error(`no API came up behind ${url}`);
    }
  }
  await publishRules(drafter!, approver!);
  await backOffice.open(manager!, drafter!, approver!);
  return endOfLog(world);
}

async function endOfLog({ owner }: World): Promise<number> {
  const { rows } = await owner.query<{ head: number }>('SELECT max(last_position) AS head FROM log.seals');
  return rows[0]!.head;
}

async function broken(
  plan: readonly Fault[],
  breaking: Breaking,
  pauseMs: number,
  result: SoakResult,
  say: SoakOptions['say'],
): Promise<void> {
  for (const fault of plan) {
    result.faults.set(fault.name, (result.faults.get(fault.name) ?? 0) + 1);
    const begun = performance.now();
    await fault.run(breaking);
    result.kills += fault.kills;
    say(`  ${fault.name} (${Math.round(performance.now() - begun)} ms)`);
    await sleep(100 + breaking.chance.whole(pauseMs));
  }
}

/** Nothing is broken any more, and people go on working. */
async function filled(tail: Tail, events: number, onViolation: (sentence: string) => void): Promise<void> {
  for (const begun = performance.now(); tail.count < events; await sleep(100)) {
    if (performance.now() - begun < FILLED_MAX_MS) continue;
    onViolation(`the log came to ${tail.count} events in a round's time, not to ${events}`);
    return;
  }
}

interface Parts {
  rogue: Rogue;
  backOffice: BackOfficeLoad;
  tail: Tail;
  journal: Journal;
  preparedTo: number;
}

async function looked(
  world: World,
  { rogue, backOffice, tail, journal, preparedTo }: Parts,
  onViolation: (sentence: string) => void,
): Promise<Check[]> {
  for (let looks = 1; ; looks++) {
    const head = await settled(world, () => backOffice.told).catch((error: Error) => {
      onViolation(error.message);
      return endOfLog(world);
    });
    const checks = [
      await checkCommands(world, journal.path, preparedTo),
      await checkLog(world),
      await checkTail(tail, head),
      await checkTopic(world, rogue, head),
      await checkReadModels(world, rogue, head),
      await checkTime(world),
      await checkInbox(world, backOffice),
    ];
    if (looks === LOOKS_MAX || (await endOfLog(world)) === head) return checks; // else something was said meanwhile
  }
}
