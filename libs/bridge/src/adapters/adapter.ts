import type { LocalDate } from '#event-sourcing';
import type { Encoding } from '#text-files';

/** One raw message of a source in the standard format, or why it is in none. What is stated is checked afterwards, whoever states it. */
export type Translation =
  /**
   * Statements; whether they are in order is decided by the standard format's check alone. None where a row is no record, or another
   * file of the source says it: it is counted as passed over.
   */
  | { statements: readonly unknown[] }
  /** The bytes are no message of this source. `pointer`: where, as the source writes it, e.g. `/column`. */
  | { refused: { code: RefusalCode; pointer: string } };

export const refusalCodes = {
  'not-json': { en: 'The message is not one well-formed JSON value', zh: '消息不是合法的 JSON' },
  'not-well-formed': {
    en: 'A member is stated twice, nested too deep, or holds text that cannot be kept',
    zh: '字段重复、嵌套过深或含非法字符',
  },
  'too-large': { en: 'The message is larger than 256 KiB', zh: '消息超过 256 KiB' },
  'wrong-columns': { en: 'The row does not have the columns of this file', zh: '列数与文件表头不符' },
  'undecodable-batch': { en: 'The batch in Kafka cannot be decoded; it has to be sent again', zh: 'Kafka 批次无法解码，需重新发送' },
  missing: { en: 'The column is required and empty', zh: '必填列为空' },
  'bad-number': { en: 'The text is no number of the form agreed on', zh: '数值格式不正确' },
  'too-many-decimals': { en: 'The number has more decimals than its field', zh: '小数位数超出该字段精度' },
  'out-of-range': { en: 'The number is too large', zh: '数值超出范围' },
  'unknown-word': { en: 'The source’s word is not known here', zh: '未知的业务用语' },
  'other-account': { en: 'The row is of another account than the file was said to be of', zh: '资金账号与指定账号不一致' },
  'sign-differs': { en: 'The sign of the amount contradicts the word beside it', zh: '金额正负与业务名称不符' },
  'bad-date': { en: 'The text is no day of the form agreed on', zh: '日期格式不正确' },
} as const;
export type RefusalCode = keyof typeof refusalCodes;

/** What a source says by completing a day in a file of its own: the day, and the totals of the file. */
export interface FileMarker {
  source: string;
  on: string;
  /** What the totals are over: the whole file, or its statements about that day. Default the file. */
  scope?: 'file' | 'day';
  /** Statements. */
  records: number;
  /** Sum of their end-of-day totals by currency, in minor units. */
  assetsMinor: Readonly<Record<string, number>>;
  /** SHA-256 of the data file, lower-case hex. */
  sha256: string;
}

/** What is said of a file beside it. */
export interface FileStated {
  /** Of the whole file; found where nobody says it. */
  encoding?: Encoding;
  /** Where its rows name none. */
  accountId?: string;
  source?: string;
  /** The day that it is about, where it names none. */
  on?: LocalDate;
}

/** How a file is read. */
export interface FileReading extends FileStated {
  encoding: Encoding;
}

/** How a source's files are cut into raw messages. */
export interface FileForm {
  /** What the name of a data file ends with, in lower case, e.g. `.jsonl`. */
  extensions: readonly string[];
  /** Whom a row is put down to that names no source and cannot be read; `unknown` otherwise. */
  source?: string;
  /**
   * The raw messages of a file in their order, as UTF-8 whatever the file is in, one at a time, so that a large file needs no
   * memory. Throws WrongHeader, before the first, where the file does not begin as it must.
   */
  pieces(filePath: string, reading: FileReading): AsyncIterable<Uint8Array>;
  /** The days that the file completes: none where the source has not said so. Throws UnusableDelivery for a marker that cannot be read. */
  markers(filePath: string, reading: FileReading): Promise<readonly FileMarker[]>;
}

/**
 * The version of a statement of a source that numbers none: the same again is the version that it was, and another content is
 * the one after the latest. The inbox finds it, for it alone knows what has come.
 */
export const NEXT_VERSION = 'next';

/**
 * The seam of a source: it turns what the source says into statements of the standard format, and knows nothing of what
 * becomes of them. A new source is a new adapter, and nothing else changes. Pure but for reading its files.
 */
export interface Adapter {
  readonly name: string;
  /** Statements of one raw message; called again when a parked message is tried again, so the same bytes give the same statements. */
  translate(raw: Uint8Array): Translation;
  /** Absent where the source sends no files. */
  readonly file?: FileForm;
}

export type DeliveryFault =
  | 'no-such-file'
  | 'marker-unreadable'
  | 'digest-differs'
  | 'totals-differ'
  | 'source-differs'
  | 'day-differs'
  | 'records-differ'
  | 'empty-folder'
  | 'unknown-encoding'
  | 'wrong-header';

/** A file, or its marker, is not what it says it is: nothing of it is applied. The sentence is for the person who brought it. */
export class UnusableDelivery extends Error {
  constructor(
    readonly code: DeliveryFault,
    sentence: string,
  ) {
    super(sentence);
    this.name = 'UnusableDelivery';
  }
}

export const RAW_MAX_BYTES = 256 * 1024;
