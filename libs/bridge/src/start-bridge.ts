import { createPool } from '#database';
import { createKafka, type ForeignRecord, type KafkaConnection, Relay, TopicReader } from '#event-feed';
import { newId } from '#event-sourcing';
import { LogReader } from '#event-store';
import type { MasterKeys } from '#privacy';
import { noteOf, standard, undecodableBatch } from './adapters/index.js';
import type { BackOffice } from './back-office.js';
import { BridgeWorker, type BridgeWorkerOptions } from './bridge-worker.js';
import { openBackOffice } from './open-back-office.js';
import { tierChangeOutlet } from './outbound/outlet.js';

export interface BridgeOptions extends BridgeWorkerOptions {
  url: string;
  master: MasterKeys;
  /** IANA zone of the firm. */
  firmZone: string;
  /** Absent: nothing comes or goes over Kafka. */
  kafka?: {
    connection: KafkaConnection;
    backOfficeTopic: string;
    tierChangesTopic: string;
    /** Bridges of one group share what comes in. */
    group: string;
  };
  onIdleError?: (error: Error) => void;
}

export interface Bridge {
  office: BackOffice;
  relay?: Relay;
  /** Rejects on a fault that no retry heals. */
  ended: Promise<void>;
  /** Finishes what it is doing, and lets another go on. */
  stop(): Promise<void>;
}

/** A bridge with connections of its own, running. Rejects where the server is unsafe, or the log unreadable. */
export async function startBridge({ url, master, firmZone, kafka, onIdleError, ...desk }: BridgeOptions): Promise<Bridge> {
  const applicationName = 'rapport bridge';
  const { office, close: closeOffice } = await openBackOffice({ url, master, firmZone, applicationName, onIdleError });
  // leaders hold their connection for as long as they lead
  const leaders = createPool({ url, role: 'rapport_bridge', applicationName, onIdleError, max: 4 });
  const close = async (): Promise<void> => {
    await closeOffice();
    await leaders.end();
  };
  const stopping = new AbortController();
  const { signal } = stopping;
  const parts: Promise<void>[] = [new BridgeWorker(leaders, office, desk).run(signal)];
  let relay: Relay | undefined;
  if (kafka) {
    const client = createKafka('rapport-bridge', kafka.connection);
    const take = async (records: readonly ForeignRecord[]): Promise<void> => {
      const delivery = { channel: 'kafka', deliveryId: newId(), source: 'unknown' } as const;
      const notes = records.flatMap((record) => (record.undecodable ? [noteOf(kafka.backOfficeTopic, record, record.undecodable)] : []));
      if (notes.length > 0) await office.inbox.take(notes, { ...delivery, adapter: undecodableBatch });
      for (const { sender, raws } of runsBySender(records.filter(({ undecodable }) => !undecodable)))
        await office.inbox.take(raws, { ...delivery, adapter: standard, ...(sender !== undefined && { speaker: sender }) });
    };
    parts.push(new TopicReader({ kafka: client, topic: kafka.backOfficeTopic, group: kafka.group }).run(take, signal));
    relay = new Relay({
      pool: leaders,
      reader: new LogReader(leaders),
      kafka: client,
      topic: kafka.tierChangesTopic,
      outlet: tierChangeOutlet,
    });
    parts.push(relay.run(signal));
  }
  const ended = Promise.all(parts).then(() => undefined);
  ended.catch(() => stopping.abort()); // the others end with it; whoever awaits it is told
  const stop = async (): Promise<void> => {
    stopping.abort();
    await Promise.allSettled(parts);
    await close();
  };
  return { office, ended, stop, ...(relay && { relay }) };
}

/** Records in their order, those of one sender that follow each other together. */
function runsBySender(records: readonly ForeignRecord[]): { sender: string | undefined; raws: Buffer[] }[] {
  const runs: { sender: string | undefined; raws: Buffer[] }[] = [];
  for (const { sender, value } of records) {
    const last = runs.at(-1);
    const raw = value ?? Buffer.alloc(0);
    if (last && last.sender === sender) last.raws.push(raw);
    else runs.push({ sender, raws: [raw] });
  }
  return runs;
}
