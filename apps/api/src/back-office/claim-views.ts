import { claimReasons } from '#back-office';
import { FreshView, ShownList, ShownText } from '../reads/view-fields.js';

class ClaimView {
  @ShownText() claimId: string;
  @ShownText() accountId: string;
  @ShownText('Who is said to own it') clientId: string;
  @ShownText('Of that client') branchId: string;
  @ShownText(`${claimReasons.join(', ')}: another client holds the account; its facts came before its owner`) reason: string;
  @ShownText() claimedBy: string;
  @ShownText() claimedAt: string;
}
export class ClaimsView extends FreshView {
  @ShownList(() => ClaimView) items: ClaimView[];
}
