export interface Migration {
  /** Unique over all libs, e.g. `event-store-001-log`. */
  name: string;
  /** One or more statements, run in one transaction. Never changed once released: a change is a further migration. */
  sql: string;
}
