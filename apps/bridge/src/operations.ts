import { BRIDGE_LEASE, openInboxItems, showInbox } from '#bridge';
import { openOperationsDatabase } from '#database';
import { kafkaDependency, leads, relayWork, showRelayLag } from '#event-feed';
import { type Look, type Operations } from '#telemetry';
import type { BridgeConfig } from './config.js';

const READY_WITHIN_SECONDS = 60;

/** What operations see of the bridge: what of the back office waits, and whether tier changes go out. */
export function bridgeOperations({ databaseUrl: url, kafka, tierChangesTopic }: BridgeConfig): Operations {
  const { sql, dependency, close } = openOperationsDatabase({ url, role: 'rapport_bridge' });
  const endings = [showInbox(sql), showRelayLag(sql, [tierChangesTopic])];
  // what waits, waits for a person or for a client's registration: it is told, and is no fault of the process
  const inbox = async (): Promise<Look> => {
    const { waiting, parked, conflict, gap } = await openInboxItems(sql);
    const open = [
      ...(waiting > 0 ? [`${waiting} facts wait for their client`] : []),
      ...(parked + conflict > 0 ? [`${parked + conflict} messages wait for a person`] : []),
      ...(gap > 0 ? [`${gap} gaps keep clients from being tiered`] : []),
    ];
    const says = open.length === 0 ? 'all that the back office said is applied' : `back office: ${open.join(', ')}`;
    return { position: 0, behind: 0, secondsBehind: 0, standby: !leads(BRIDGE_LEASE), says };
  };
  return {
    health: {
      dependencies: [dependency, kafkaDependency(kafka.brokers)],
      works: [{ name: 'the inbox', look: inbox }, relayWork(sql, tierChangesTopic)],
      readyWithinSeconds: READY_WITHIN_SECONDS,
    },
    async close() {
      endings.forEach((end) => end());
      await close();
    },
  };
}
