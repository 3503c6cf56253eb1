import { CommandRunner, EventCodec, eventRegistry } from '#application';
import { AccountClaims } from './account-claims.js';
import { Authorities } from './authorities.js';
import { Deliveries } from './deliveries.js';
import { InboxDecisions } from './decisions.js';
import { Inbox, type InboxOptions } from './inbox.js';
import { InboxLists } from './lists.js';
import { Reconciler } from './reconciler.js';
import { SourceRegistry } from './source-registry.js';

/** Every part of the back office over one database, one store and one set of keys. Whoever made those closes them. */
export class BackOffice {
  readonly inbox: Inbox;
  readonly deliveries: Deliveries;
  readonly lists: InboxLists;
  readonly decisions: InboxDecisions;
  readonly reconciler: Reconciler;
  readonly sources: SourceRegistry;
  readonly authorities: Authorities;
  readonly claims: AccountClaims;
  readonly runner: CommandRunner;

  constructor(readonly options: InboxOptions) {
    const { store, keys, database } = options;
    this.runner = new CommandRunner(store, new EventCodec(eventRegistry, keys));
    this.inbox = new Inbox(options);
    this.deliveries = new Deliveries(database, this.inbox);
    this.lists = new InboxLists(database);
    this.decisions = new InboxDecisions(this.inbox, this.runner);
    this.reconciler = new Reconciler(database, this.runner);
    this.sources = new SourceRegistry(database, this.runner);
    this.claims = new AccountClaims(database, this.runner);
    this.authorities = new Authorities(database, this.runner, this.inbox.facts);
  }
}
