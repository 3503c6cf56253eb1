import { isUtf8 } from 'node:buffer';
import { createReadStream } from 'node:fs';

/**
 * What the bytes of a whole file are, where nobody has said so. `either`: well-formed in both, and another text in each; `both`: some
 * lines are the one, some the other; `neither`: no text of these two.
 */
export async function guess(filePath: string): Promise<'utf-8' | 'gb18030' | 'either' | 'both' | 'neither'> {
  const utf8 = new Utf8Check();
  const pairs = new PairCount();
  for await (const chunk of createReadStream(filePath) as AsyncIterable<Buffer>) {
    if (utf8.holds) utf8.take(chunk);
    if (pairs.holds) pairs.take(chunk);
    if (!utf8.holds && !pairs.holds) return 'neither';
  }
  const isChinese = pairs.ends() && pairs.isChinese;
  if (utf8.ends()) return isChinese && !utf8.hasLongForms && (await mixesScripts(filePath)) ? 'either' : 'utf-8';
  if (!isChinese) return 'neither';
  return (await hasUtf8Line(filePath)) ? 'both' : 'gb18030';
}

/** UTF-8 of a file that comes in chunks, which may end inside a character. */
class Utf8Check {
  holds = true;
  /** A character of three or four bytes: chance does not make those of another encoding's. */
  hasLongForms = false;
  private rest: Buffer = Buffer.alloc(0);

  take(chunk: Buffer): void {
    const whole = this.rest.length > 0 ? Buffer.concat([this.rest, chunk]) : chunk;
    const end = completeEnd(whole);
    const part = whole.subarray(0, end);
    this.holds = isUtf8(part);
    this.hasLongForms ||= part.some((byte) => byte >= 0xe0);
    this.rest = Buffer.from(whole.subarray(end));
  }

  ends(): boolean {
    return this.holds && this.rest.length === 0;
  }
}

/** Where the last character that may be cut off begins. */
function completeEnd(bytes: Buffer): number {
  for (let back = 1; back <= Math.min(3, bytes.length); back++) {
    const byte = bytes[bytes.length - back]!;
    if (byte < 0x80) break;
    if (byte >= 0xc0) {
      const needed = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2;
      return needed > back ? bytes.length - back : bytes.length;
    }
  }
  return bytes.length;
}

/**
 * What the bytes of a file are as GB18030. Chinese text is nearly all in the pairs of GB 2312, whose second byte is above 0xA0;
 * a letter with an accent of a western encoding makes a pair with the plain letter behind it.
 */
class PairCount {
  holds = true;
  private chinese = 0;
  private other = 0;
  private pending: number[] = [];

  take(chunk: Buffer): void {
    if (this.pending.length === 0 && isAsciiBytes(chunk)) return;
    for (const byte of chunk) {
      if (this.pending.length === 0 && byte < 0x80) continue;
      this.next(byte);
      if (!this.holds) return;
    }
  }

  private next(byte: number): void {
    const { pending } = this;
    const [lead, second] = pending;
    if (lead === undefined) this.holds = byte > 0x80 && byte < 0xff;
    else if (second === undefined) {
      if (byte >= 0x40 && byte !== 0x7f && byte !== 0xff) {
        if (byte > 0xa0 && isGb2312(lead)) this.chinese++;
        else this.other++;
        pending.length = 0;
        return;
      }
      this.holds = byte >= 0x30 && byte <= 0x39;
    } else if (pending.length === 3) {
      this.holds = byte >= 0x30 && byte <= 0x39;
      this.chinese++; // nothing else has this form
      pending.length = 0;
      return;
    }
    pending.push(byte);
  }

  ends(): boolean {
    return this.holds && this.pending.length === 0;
  }

  get isChinese(): boolean {
    return this.chinese > 0 && this.chinese >= this.other;
  }
}

const isAsciiBytes = (bytes: Buffer): boolean => {
  for (const byte of bytes) if (byte >= 0x80) return false;
  return true;
};

/** The rows and symbols of GB 2312. */
const isGb2312 = (lead: number): boolean => (lead >= 0xb0 && lead <= 0xf7) || (lead >= 0xa1 && lead <= 0xa9);

/** Whether a line is UTF-8 in a form that GB18030 text does not have by chance: characters of three bytes or four. */
async function hasUtf8Line(filePath: string): Promise<boolean> {
  const isUtf8Line = (line: Buffer): boolean => isUtf8(line) && line.some((byte) => byte >= 0xe0);
  let rest: Buffer = Buffer.alloc(0);
  for await (const chunk of createReadStream(filePath) as AsyncIterable<Buffer>) {
    let from = 0;
    for (let end = chunk.indexOf(LF); end !== -1; end = chunk.indexOf(LF, from)) {
      if (isUtf8Line(Buffer.concat([rest, chunk.subarray(from, end)]))) return true;
      [rest, from] = [Buffer.alloc(0), end + 1];
    }
    rest = rest.length < LINE_BYTES_MAX ? Buffer.concat([rest, chunk.subarray(from)]) : rest;
  }
  return isUtf8Line(rest);
}
const LF = 0x0a;
const LINE_BYTES_MAX = 1_048_576;

/** Whether a word of the file, read as UTF-8, is in two alphabets: so are those that chance makes of Chinese bytes. */
async function mixesScripts(filePath: string): Promise<boolean> {
  const decoder = new TextDecoder();
  for await (const chunk of createReadStream(filePath) as AsyncIterable<Buffer>) {
    const text = decoder.decode(chunk, { stream: true });
    for (const [word] of text.matchAll(/[^\p{ASCII}\P{L}][\p{L}\p{M}]*|\p{M}[\p{L}\p{M}]*/gu)) {
      if (/^\p{M}/u.test(word)) return true; // a mark on nothing
      if (SCRIPTS.filter((script) => script.test(word)).length !== 1) return true;
    }
  }
  return false;
}
const SCRIPTS = [/\p{Script=Latin}/u, /\p{Script=Greek}/u, /\p{Script=Cyrillic}/u, /\p{Script=Hebrew}/u, /\p{Script=Arabic}/u];
