import { FreshView, Shown, ShownList, ShownText, ShownTextOrNull } from '../reads/view-fields.js';

const objectOrNull = { type: 'object', additionalProperties: true, nullable: true } as const;

class SourceView {
  @ShownText() sourceId: string;
  @ShownText() source: string;
  @ShownText('registered; requested: not heard yet; asSeen: it spoke before sources were registered, and goes on as it did until it is')
  status: string;
  @Shown(objectOrNull, 'Who may speak for it, and of what; null where it is not registered') terms: object | null;
  @ShownTextOrNull() approvedBy: string | null;
  @Shown(objectOrNull, 'What another person is to decide about, and who requested it') pending: object | null;
}
export class SourcesView extends FreshView {
  @ShownList(() => SourceView) items: SourceView[];
}

class AuthorityView {
  @ShownText() authorityId: string;
  @Shown({ type: 'object', additionalProperties: true }, 'A kind of fact of an account, or the rates of a pair of currencies') over: object;
  @ShownTextOrNull('The source named by two persons; null: the first that told counts') source: string | null;
  @ShownTextOrNull() approvedBy: string | null;
  @Shown(objectOrNull, 'What another person is to decide about, and who requested it') pending: object | null;
}
export class AuthoritiesView extends FreshView {
  @ShownList(() => AuthorityView) items: AuthorityView[];
}
