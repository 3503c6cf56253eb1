/** The pairs of GBK by character, from the platform's decoder: it encodes nothing but UTF-8. */
const pairs = new Map<string, Buffer>();
const decoder = new TextDecoder('gb18030');
for (let lead = 0x81; lead <= 0xfe; lead++) {
  for (let second = 0x40; second <= 0xfe; second++) {
    if (second === 0x7f) continue;
    const bytes = Buffer.from([lead, second]);
    const char = decoder.decode(bytes);
    if (char.length === 1 && char !== '\uFFFD' && !pairs.has(char)) pairs.set(char, bytes);
  }
}

/** A text as a Chinese desktop saves it. Throws for a character that GBK does not have. */
export function inGbk(text: string): Buffer {
  return Buffer.concat(
    Array.from(text, (char) => {
      const bytes = char < '\x80' ? Buffer.from(char) : pairs.get(char);
      if (!bytes) throw new Error(`GBK has no ${char}`);
      return bytes;
    }),
  );
}
