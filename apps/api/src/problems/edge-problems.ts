import type { ProblemTitle } from '#event-sourcing';

export interface EdgeProblem extends ProblemTitle {
  status: number;
}

/** Problems of HTTP itself: what is refused before, or in spite of, any rule of the domain. */
export const edgeProblems = {
  'malformed-json': { status: 400, en: 'The body is not one well-formed JSON value', zh: '请求体不是合法的 JSON' },
  'invalid-request': { status: 400, en: 'The request does not have the published shape', zh: '请求不符合已发布的格式' },
  'malformed-url': { status: 400, en: 'The address is malformed', zh: '地址格式错误' },
  'malformed-http': { status: 400, en: 'The request is not well-formed HTTP', zh: 'HTTP 请求格式错误' },
  'idempotency-key-missing': { status: 400, en: 'A command needs an Idempotency-Key', zh: '命令必须携带 Idempotency-Key' },
  'idempotency-key-malformed': {
    status: 400,
    en: 'An Idempotency-Key has 1 to 128 visible ASCII characters',
    zh: 'Idempotency-Key 须为 1 至 128 个可见 ASCII 字符',
  },
  'if-match-malformed': {
    status: 400,
    en: 'If-Match names one version in quotes, such as "3"',
    zh: 'If-Match 须为带引号的版本号，例如 "3"',
  },
  'min-position-malformed': {
    status: 400,
    en: 'Rapport-Min-Position is a position of the log, a whole number',
    zh: 'Rapport-Min-Position 须为日志位置（整数）',
  },
  'cursor-not-valid': { status: 400, en: 'The cursor belongs to another list or another caller', zh: '游标不属于此列表或此调用者' },
  'token-missing': { status: 401, en: 'The request carries no bearer token', zh: '请求未携带访问令牌' },
  'token-invalid': { status: 401, en: 'The bearer token is not valid here', zh: '访问令牌无效' },
  'token-expired': { status: 401, en: 'The bearer token has expired', zh: '访问令牌已过期' },
  'not-permitted': { status: 403, en: 'Your role may not do this', zh: '您的角色无此权限' },
  'no-such-route': { status: 404, en: 'There is nothing at this address', zh: '该地址不存在' },
  'method-not-allowed': { status: 405, en: 'This address does not take that method', zh: '该地址不支持此方法' },
  'body-too-large': { status: 413, en: 'The body is larger than 1 MiB', zh: '请求体超过 1 MiB' },
  'url-too-long': { status: 414, en: 'The address is too long', zh: '地址过长' },
  'not-json': { status: 415, en: 'Only application/json in UTF-8, not compressed, is taken', zh: '仅接受未压缩的 UTF-8 application/json' },
  'if-match-missing': {
    status: 428,
    en: 'A change names the version it is based on, in If-Match',
    zh: '变更须在 If-Match 中注明所依据的版本',
  },
  'too-many-requests': { status: 429, en: 'Too many requests; come back later', zh: '请求过多，请稍后重试' },
  'too-many-streams': { status: 429, en: 'Too many streams are open; close one first', zh: '打开的实时连接过多，请先关闭其他连接' },
  'headers-too-large': { status: 431, en: 'The headers are too large', zh: '请求头过大' },
  'request-timed-out': { status: 408, en: 'The request did not arrive in time', zh: '请求接收超时' },
  internal: { status: 500, en: 'Something went wrong on our side', zh: '服务器内部错误' },
  overloaded: { status: 503, en: 'Too much to do just now; nothing was changed', zh: '系统繁忙，未做任何变更' },
  'outcome-unknown': {
    status: 503,
    en: 'The outcome is not known yet; repeat with the same Idempotency-Key to learn it',
    zh: '结果暂不确定，请使用相同的 Idempotency-Key 重试以获知结果',
  },
  'position-not-reached': {
    status: 503,
    en: 'The data read has not reached the position asked for yet',
    zh: '读取数据尚未到达所要求的位置',
  },
  'time-required': {
    status: 422,
    en: 'This channel knows the time of the act: the date alone is not enough',
    zh: '该渠道可知具体时间，不能仅填日期',
  },
  'rehearsal-too-long': {
    status: 422,
    en: 'The period holds too many cases for one request; use `ops rehearse`, or a shorter period',
    zh: '该期间案件过多，请使用 ops rehearse 或缩短期间',
  },
  'tier-what-if-too-long': {
    status: 422,
    en: 'The period holds too much for one request; use `ops tier-what-if`, or a shorter period',
    zh: '该期间数据过多，请使用 ops tier-what-if 或缩短期间',
  },
  'dependency-away': { status: 503, en: 'A part that this needs is away; come back later', zh: '所依赖的服务暂不可用，请稍后重试' },
} as const satisfies Record<string, EdgeProblem>;

/** What can be wrong with one field; the `code` of a member of `errors`. */
export const fieldFaults = {
  missing: { en: 'The member is required', zh: '必填' },
  'wrong-type': { en: 'The value has another type', zh: '类型错误' },
  'unknown-member': { en: 'There is no such member', zh: '未知字段' },
  'unknown-parameter': { en: 'There is no such query parameter', zh: '未知查询参数' },
  'duplicate-member': { en: 'The member is stated twice', zh: '字段重复' },
  'duplicate-parameter': { en: 'The query parameter is stated twice', zh: '查询参数重复' },
  'too-deep': { en: 'The JSON is nested deeper than 32 levels', zh: 'JSON 嵌套超过 32 层' },
  'nul-character': { en: 'Text may not hold the character U+0000', zh: '文本不能包含 U+0000' },
  'lone-surrogate': { en: 'Text may not hold half of a surrogate pair', zh: '文本不能包含不成对的代理字符' },
  'unseen-character': {
    en: 'Text may not hold controls or invisible characters; a line of text no line feed and no tab either',
    zh: '文本不能包含控制字符或不可见字符；单行文本亦不能包含换行与制表符',
  },
  'too-short': { en: 'The text is empty or too short', zh: '文本过短' },
  'too-long': { en: 'The text is too long', zh: '文本过长' },
  'too-few': { en: 'Too few items', zh: '条目过少' },
  'too-many': { en: 'Too many items', zh: '条目过多' },
  'out-of-range': {
    en: 'The value is out of range; a date is at most ten years ahead, and of what has happened not to come',
    zh: '数值超出范围；日期不得晚于十年之后，已发生之事不得晚于今天',
  },
  'not-allowed': { en: 'The value is not among those listed', zh: '不在允许的取值之内' },
  'bad-format': { en: 'The text does not have the published form', zh: '格式不正确' },
} as const satisfies Record<string, ProblemTitle>;

export type FieldFault = keyof typeof fieldFaults;
