import { gzipSync } from 'node:zlib';
import { afterEach, describe, expect, it } from '@jest/globals';
import kafkajs from 'kafkajs';
import { watchClockDrift } from './clock-drift.js';
import { guardKafkajs, MAX_UNPACKED_BYTES } from './kafkajs-guards.js';

describe('a batch that was compressed', () => {
  guardKafkajs();
  const codec = kafkajs.CompressionCodecs[kafkajs.CompressionTypes.GZIP] as () => { decompress(packed: Buffer): Promise<Buffer> };

  it('is unpacked', async () => {
    expect(await codec().decompress(gzipSync('ordinary'))).toEqual(Buffer.from('ordinary'));
  });

  it('is refused where a few kilobytes would fill the memory', async () => {
    const bomb = gzipSync(Buffer.alloc(MAX_UNPACKED_BYTES + 1));
    await expect(codec().decompress(bomb)).rejects.toMatchObject({ code: 'ERR_BUFFER_TOO_LARGE' });
  });
});

describe('the clock', () => {
  let end = () => {};
  afterEach(() => end());

  it.each([3_600_000, -3_600_000])('stepped by %i ms is noticed, since heartbeats count by it', async (stepMs) => {
    let shiftMs = 0;
    const drift = new Promise<number>((resolve) => {
      end = watchClockDrift(resolve, () => Date.now() + shiftMs);
    });
    shiftMs = stepMs;
    expect(Math.round((await drift) / 1_000)).toBe(stepMs / 1_000);
  });
});
