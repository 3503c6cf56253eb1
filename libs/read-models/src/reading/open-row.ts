import { type DataKey, openDocument } from '#privacy';
import { counter, createLogger } from '#telemetry';

const log = createLogger('read-models');
const unreadable = counter(
  'rapport_unreadable_fields_total',
  'Fields of read models that their client’s key does not open, each time one was asked for: they were moved, changed or sealed by somebody else.',
);

/** A document as rows keep it, with its personal fields opened. One that cannot be opened fails no page: it is named, counted and told of. */
export const openRow = (document: unknown, key: DataKey | undefined): unknown =>
  openDocument(document, key, ({ eventId, pointer }) => {
    unreadable.inc();
    log.error({ eventId, pointer }, 'a field cannot be opened: it is shown as unreadable');
  });
