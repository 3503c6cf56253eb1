/** What is complained about, in the words of the firm's or the source's taxonomy. */
export interface ComplaintSubject {
  product: string;
  subProduct?: string;
  problem?: string;
  subProblem?: string;
}

/** A word of the firm's taxonomy: its code, and how people say it. */
interface Word {
  code: string;
  zh: string;
  en: string;
}
const words = (lines: string): readonly Word[] =>
  lines
    .trim()
    .split('\n')
    .map((line) => line.trim().split('|'))
    .map(([code, zh, en]) => ({ code: code!, zh: zh!, en: en! }));

/** Names this version of the two lists below. */
export const FIRM_TAXONOMY = 'firm-1';

export const products = words(`
  equity|股票经纪|Equities brokerage
  bond|债券|Bonds
  fund|基金代销|Funds, distributed
  margin|融资融券|Margin and securities lending
  option|期权|Options
  futures|期货中间介绍|Futures introduction
  advice|投资顾问|Investment advice
  assetManagement|资产管理|Asset management
  account|账户服务|Account services
  platform|交易系统|Trading platform and app
  none|无特定产品|No product`);

export const problems = words(`
  suitability|适当性与误导销售|Suitability, mis-selling
  unclearGuidance|讲解不清|Unclear guidance or arrangement
  promiseOfReturn|承诺收益|Promise of returns
  unauthorisedTrading|未授权交易|Unauthorised trading
  misappropriation|挪用、盗用|Theft or misappropriation
  forgery|伪造签名|Forgery
  execution|委托执行|Order execution
  settlement|清算交收|Clearing and settlement
  fees|佣金与费用|Fees and commissions
  accountOpening|开户销户|Opening or closing an account
  systemOutage|系统故障|System outage
  disclosure|信息披露|Product information
  performance|产品表现|Product performance
  delay|办理延误|Delay
  service|服务态度|Service quality
  privacy|信息保护|Data and privacy
  corporateAction|公司行为|Corporate actions
  vulnerability|未顾及弱势情形|A vulnerability not considered
  other|其他|Other`);

/** What a complaint is about, as far as a taxonomy has words for it. They name nobody, and are kept in plain. */
export interface Classified extends Partial<ComplaintSubject> {
  taxonomy: string;
}

/** A subject parted into the words of a taxonomy, and those that are anybody's own. */
export interface PartedSubject {
  subject: Partial<ComplaintSubject>;
  classified?: Classified;
}

const codes = new Map(
  Object.entries({ product: products, problem: problems }).flatMap(([member, list]) =>
    list.flatMap(({ code, zh, en }) => [code, zh, en].map((word) => [`${member} ${word.toLowerCase()}`, code] as const)),
  ),
);

/**
 * Words of the firm's taxonomy by their code, whichever language they are said in. `taxonomy`: that of the source that all
 * words are from, a closed list of its own.
 */
export function parted(stated: Partial<ComplaintSubject>, taxonomy?: string): PartedSubject {
  if (taxonomy !== undefined) return { subject: {}, classified: { taxonomy, ...stated } };
  const classified: Classified = { taxonomy: FIRM_TAXONOMY };
  const subject: Partial<ComplaintSubject> = {};
  for (const [member, word] of Object.entries(stated) as [keyof ComplaintSubject, string][]) {
    const code = codes.get(`${member} ${word.trim().toLowerCase()}`);
    if (code === undefined) subject[member] = word;
    else classified[member] = code;
  }
  return Object.keys(classified).length > 1 ? { subject, classified } : { subject };
}

/** The subject as one, whatever stands where. */
export function wholeSubject({ subject, classified }: PartedSubject): Partial<ComplaintSubject> {
  const { taxonomy: _taxonomy, ...words } = classified ?? {};
  return { ...words, ...subject };
}
