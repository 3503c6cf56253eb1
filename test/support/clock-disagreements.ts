import { casesInLog, RulesReader, runFile } from '#timekeeping';
import { eventRegistry, PlainCodec } from '#application';
import { createPool } from '#database';
import { fold, type Uuid } from '#event-sourcing';
import { EventStore, LogReader } from '#event-store';
import { commitment, type CommitmentEvent, commitmentStream, kindKey, type Standing, standingOf, Zone } from '#service-levels';

export interface Disagreement {
  id: Uuid;
  /** By its stream. */
  recorded: Standing | undefined;
  /** By its clock. */
  is: Partial<Standing>;
}

/** Commitments whose stream does not stand where its clock does over the log's own facts; `checked`: of how many. */
export async function disagreements(url: string, firmZone: string): Promise<{ checked: number; found: Disagreement[] }> {
  const pool = createPool({ url, max: 1, applicationName: 'clock checker' });
  const store = await EventStore.open({ url, role: 'rapport_api', applicationName: 'clock checker' });
  const codec = new PlainCodec(eventRegistry);
  const recordedStanding = async (id: Uuid): Promise<Standing | undefined> => {
    const events = (await store.load(id)).map((event) => codec.decodeOne<CommitmentEvent>(event, undefined));
    const state = fold(commitment, events);
    return state.status === 'none' ? undefined : state.standing;
  };
  const found: Disagreement[] = [];
  let checked = 0;
  try {
    const rules = await new RulesReader(store, eventRegistry).current();
    const zone = Zone.of(firmZone);
    const { position: upTo } = await store.head();
    for await (const files of casesInLog({ reader: new LogReader(pool), registry: eventRegistry, upTo }, () => true)) {
      for (const file of files) {
        for (const clock of runFile(file, rules, upTo, zone, Date.now(), Date.now()).clocks) {
          const { id } = commitmentStream(file.subjectId, file.clientId, kindKey(clock.promise), clock.cycle);
          const standing = standingOf(clock, Date.now());
          // minutes of a clock that runs go on between events
          const { accruedMinutes, pausedMinutes, elapsedMinutes, ...still } = standing;
          const is = clock.stoppedMs === null ? still : { ...still, accruedMinutes, pausedMinutes, elapsedMinutes };
          const recorded = await recordedStanding(id);
          checked++;
          const members = Object.keys(is).sort();
          if (JSON.stringify(recorded, members) !== JSON.stringify(is, members)) found.push({ id, recorded, is });
        }
      }
    }
  } finally {
    await Promise.all([pool.end(), store.close()]);
  }
  return { checked, found };
}
