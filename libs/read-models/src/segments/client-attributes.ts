import { clientEvents, type Profile } from '#clients';
import { blindIndex, type MasterKeys, openData } from '#privacy';
import { pick, type ProjectedEvent, projecting, type Projecting, type RowOf, RowTable, text, uuid } from '#projections';
import type { ProjectionParts } from '../read-model.js';

export const clientAttributeNames = ['region', 'organisation', 'ageBand', 'occupation', 'incomeBand', 'riskPreference'] as const;
/** What segments ask of a client's file. The branch stands in the file's own row. */
export type ClientAttribute = (typeof clientAttributeNames)[number];

export const clientAttributeTable = new RowTable('client_attributes', ['clientId', 'attribute'], {
  clientId: uuid,
  attribute: text.of<ClientAttribute>(),
  branchId: text,
  valueIndex: text,
});
export type ClientAttributeRow = RowOf<typeof clientAttributeTable>;

/** Equal values of an attribute have equal indexes, which tell nobody without the key what they are. */
export const attributeIndex = (master: MasterKeys, attribute: ClientAttribute, value: string): string =>
  blindIndex(master, `client.${attribute}`, value);

/** Attributes by which clients are counted in sets, none of them in plain. An erased client's are not indexed again. */
export const projectClientAttributes = ({ keys, master }: ProjectionParts): Projecting =>
  projecting([pick(clientEvents, 'ClientProfileUpdated')], async (db, events) => {
    const found = await keys.find(events.map(({ key }) => key));
    const rows = events.flatMap((event) => rowsOf(event, profileOf(event, found.get(event.key)), master));
    // of several statements of one attribute the last holds
    const latest = new Map(rows.map((row) => [`${row.clientId} ${row.attribute}`, row]));
    await clientAttributeTable.upsert(db, [...latest.values()]);
  });

const profileOf = ({ data, eventId }: ProjectedEvent, key: Parameters<typeof openData>[3]): Profile =>
  openData(clientEvents.ClientProfileUpdated, data, eventId, key);

function rowsOf(
  event: ProjectedEvent,
  { external = {}, internal = {}, riskPreference }: Profile,
  master: MasterKeys,
): ClientAttributeRow[] {
  const { region, organisation } = external;
  const { ageBand, occupation, incomeBand } = internal;
  const stated: Record<ClientAttribute, string | undefined> = { region, organisation, ageBand, occupation, incomeBand, riskPreference };
  return clientAttributeNames.flatMap((attribute) => {
    const value = stated[attribute];
    if (typeof value !== 'string') return [];
    return { clientId: event.key, attribute, branchId: event.meta.branchId, valueIndex: attributeIndex(master, attribute, value) };
  });
}
