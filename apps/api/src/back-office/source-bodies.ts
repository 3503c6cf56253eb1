import { accountFactKinds, factKinds, sourceEncodings } from '#back-office';
import { BooleanField, CodeField, EnumField, EnumList, patterned, StaffList, TextList } from '../fields/index.js';

const NAMES_MAX = 50;

export class RegisterSourceBody {
  @CodeField({ description: 'As its messages name it', example: 'core' }) source: string;
  @StaffList({ maxItems: NAMES_MAX, description: 'Subjects of the tokens that may speak for it over HTTP' }) subjects: string[];
  @TextList({ max: 128, maxItems: NAMES_MAX, description: 'What its records on Kafka name in their header ce_source' }) senders: string[];
  @BooleanField({ description: 'Whether an operator may bring files of it' }) files: boolean;
  @EnumList(factKinds, { description: 'What it may tell of' }) kinds: (typeof factKinds)[number][];
  @TextList({ max: 64, maxItems: NAMES_MAX, optional: true, description: 'Branches of the clients it may tell of; absent: all' })
  branches?: string[];
  @EnumField(sourceEncodings, { description: 'Of its files' }) encoding: (typeof sourceEncodings)[number];
  @patterned('^[A-Za-z0-9_+/-]{1,64}$', { description: 'IANA zone in which its dates are', example: 'Asia/Shanghai' }) zone: string;
}

export class ApproveSourceBody {}
export class RefuseSourceBody {}

const RATES = 'rates';

/** What one source is to count for: a kind of fact of an account, or the rates of a pair of currencies. */
export class NameAuthorityBody {
  @EnumField([...accountFactKinds, RATES], { description: 'rates: of a pair of currencies; the others: of an account' })
  kind: (typeof accountFactKinds)[number] | typeof RATES;
  @CodeField({ description: 'The source whose facts are to count' }) source: string;
  @CodeField({ optional: true }) accountId?: string;
  @patterned('^[A-Z]{3}$', { optional: true, description: 'Of rates: the currency told in the other' }) currency?: string;
  @patterned('^[A-Z]{3}$', { optional: true, description: 'Of rates: the other' }) base?: string;
}

export class ApproveAuthorityBody {}
export class RefuseAuthorityBody {}
export class ApproveClaimBody {}
export class RefuseClaimBody {}
