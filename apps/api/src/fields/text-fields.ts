import { CURRENCY_PATTERN, isUuid } from '#event-sourcing';
import { eachOf, forText, isText, lengthOf, member, type MemberOptions, type Rule } from './member.js';

/** JSON Schema counts code points, not UTF-16 units, of which a code point has one or two. */
const isWithin = (text: string, max: number): boolean => text.length <= max || (text.length <= 2 * max && Array.from(text).length <= max);

/** Controls but tab and line feed, separators of lines and paragraphs, and what turns the direction of the text around it. */
const UNSEEN = '\\u0000-\\u0008\\u000B-\\u001F\\u007F-\\u009F\\u061C\\u200E\\u200F\\u2028-\\u202E\\u2066-\\u2069\\uFFF9-\\uFFFB';
/** And what has no width: in a line of text it only makes two texts look alike. */
const UNSEEN_IN_LINE = `${UNSEEN}\\t\\n\\u00AD\\u034F\\u115F\\u1160\\u180E\\u200B-\\u200D\\u2060-\\u2064\\u206A-\\u206F\\u3164\\uFEFF\\uFFA0\\u{E0000}-\\u{E007F}`;

interface TextKind {
  /** Of JSON Schema: something to be seen, and nothing that is not. */
  readonly pattern: string;
  readonly unseen: RegExp;
}

const kindOf = (unseen: string): TextKind => ({
  pattern: `^[^${unseen}]*[^${unseen}\\s][^${unseen}]*$`,
  unseen: new RegExp(`[${unseen}]`, 'u'),
});
const line = kindOf(UNSEEN_IN_LINE);
const paragraphs = kindOf(UNSEEN);

/** Up to this length a text is one line. */
const LINE_MAX = 500;
const kindFor = (max: number): TextKind => (max <= LINE_MAX ? line : paragraphs);

/** Free text with at least one visible character, at most `max` code points; one line where `max` is at most 500. */
export const Text = ({ max, ...options }: MemberOptions & { max: number }): PropertyDecorator => {
  const { pattern, unseen } = kindFor(max);
  return member(
    { type: 'string', minLength: 1, maxLength: max, pattern },
    [
      isText,
      { fault: 'too-long', holds: forText((text) => isWithin(text, max)) },
      { fault: 'too-short', holds: forText((text) => /\S/.test(text)) },
      { fault: 'unseen-character', holds: forText((text) => !unseen.test(text)) },
    ],
    options,
  );
};

/** A list of such texts, each stated once. */
export const TextList = ({ max, maxItems, ...options }: MemberOptions & { max: number; maxItems: number }): PropertyDecorator => {
  const { pattern, unseen } = kindFor(max);
  return member(
    { type: 'array', items: { type: 'string', minLength: 1, maxLength: max, pattern }, maxItems },
    [
      ...listOfTexts(maxItems),
      { fault: 'too-long', holds: eachText((text) => isWithin(text, max)) },
      { fault: 'too-short', holds: eachText((text) => /\S/.test(text)) },
      { fault: 'unseen-character', holds: eachText((text) => !unseen.test(text)) },
    ],
    options,
  );
};

const listOfTexts = (max: number): readonly Rule[] => [...lengthOf({ max }), eachOf((item) => typeof item === 'string')];
const eachText = (holds: (text: string) => boolean) => (value: unknown) => !Array.isArray(value) || value.every(forText(holds));

const CODE = '^[A-Za-z0-9][A-Za-z0-9._/:@-]{0,63}$';

/** An identifier that people or systems gave: a client number, an account, a branch. */
export const CodeField = (options: MemberOptions = {}): PropertyDecorator => patterned(CODE, options);

const STAFF = '^[!-~]{1,128}$';
const staffForm = new RegExp(STAFF);

/** A person of the firm, as the `sub` of their token names them. */
export const StaffField = (options: MemberOptions = {}): PropertyDecorator => patterned(STAFF, { example: 'li.na', ...options });

/** A list of such people. */
export const StaffList = ({ maxItems, ...options }: MemberOptions & { maxItems: number }): PropertyDecorator =>
  member(
    { type: 'array', items: { type: 'string', pattern: STAFF }, maxItems },
    [...listOfTexts(maxItems), { fault: 'bad-format', holds: eachText((text) => staffForm.test(text)) }],
    options,
  );

/** Text of a fixed form. */
export const patterned = (pattern: string, options: MemberOptions): PropertyDecorator => {
  const form = new RegExp(pattern, 'u');
  return member({ type: 'string', pattern }, [isText, { fault: 'bad-format', holds: forText((text) => form.test(text)) }], options);
};

/** A currency of ISO 4217. */
export const CurrencyField = (options: MemberOptions = {}): PropertyDecorator =>
  patterned(CURRENCY_PATTERN, { description: 'ISO 4217', example: 'CNY', ...options });

export const UUID_PATTERN = '^[0-9a-f]{8}-[0-9a-f]{4}-[1-8][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$';

/** A lower-case UUID. */
export const UuidField = (options: MemberOptions = {}): PropertyDecorator =>
  member({ type: 'string', format: 'uuid', pattern: UUID_PATTERN }, [isText, { fault: 'bad-format', holds: forText(isUuid) }], options);

/** One of the listed texts. */
export const EnumField = (values: readonly string[], options: MemberOptions = {}): PropertyDecorator =>
  member(
    { type: 'string', enum: [...values] },
    [isText, { fault: 'not-allowed', holds: forText((text) => values.includes(text)) }],
    options,
  );

/** A list of the listed texts. */
export const EnumList = (values: readonly string[], options: MemberOptions = {}): PropertyDecorator =>
  member(
    { type: 'array', items: { type: 'string', enum: [...values] }, maxItems: values.length },
    [...listOfTexts(values.length), { fault: 'not-allowed', holds: eachText((text) => values.includes(text)) }],
    options,
  );

/** SHA-256 in lower-case hex. */
export const Sha256Field = (options: MemberOptions = {}): PropertyDecorator => patterned('^[0-9a-f]{64}$', options);
