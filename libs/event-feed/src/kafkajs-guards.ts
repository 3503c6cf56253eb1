import { createRequire } from 'node:module';
import { promisify } from 'node:util';
import { unzip } from 'node:zlib';
import kafkajs from 'kafkajs';
import { setUndecodableBatchesAside } from './undecodable-batches.js';

const { CompressionCodecs, CompressionTypes } = kafkajs;

/** Fetches are bounded by kafkajs's maxBytes (10 MiB); what a batch may grow to when unpacked is bounded here. */
export const MAX_UNPACKED_BYTES = 64 * 1024 * 1024;
const unzipBuffer = promisify(unzip);

interface RequestQueue {
  pending: unknown[];
  throttledUntil: number;
  throttleCheckTimeoutId: NodeJS.Timeout | null;
  checkPendingRequests(): void;
}
const PENDING_CHECK_MS = 10;

/**
 * kafkajs 2.2.4 re-arms a timer after every response, with a negative delay when nothing is throttled, so that an idle
 * client wakes every millisecond (and Node 24 warns). A check is needed only while something waits.
 * Idle CPU of one consumer over 10 s, measured twice: 783 and 422 ms without, 112 and 98 ms with this.
 */
function scheduleCheckPendingRequests(this: RequestQueue): void {
  if (this.throttleCheckTimeoutId || this.pending.length === 0) return;
  const throttledMs = this.throttledUntil - Date.now();
  this.throttleCheckTimeoutId = setTimeout(
    () => {
      this.throttleCheckTimeoutId = null;
      this.checkPendingRequests();
    },
    throttledMs > 0 ? throttledMs : PENDING_CHECK_MS,
  );
}

let guarded = false;

/** Before the first client of the process. The library is pinned exactly, and the feed's tests run with these guards. */
export function guardKafkajs(): void {
  if (guarded) return;
  guarded = true;
  setUndecodableBatchesAside();
  const require = createRequire(import.meta.url);
  const queue = require('kafkajs/src/network/requestQueue') as { prototype: { scheduleCheckPendingRequests?: unknown } };
  if (typeof queue.prototype.scheduleCheckPendingRequests !== 'function')
    throw new Error('kafkajs changed: its request queue needs another look');
  queue.prototype.scheduleCheckPendingRequests = scheduleCheckPendingRequests;

  const { compress } = (CompressionCodecs[CompressionTypes.GZIP] as () => { compress: unknown })();
  CompressionCodecs[CompressionTypes.GZIP] = () => ({
    compress,
    // unbounded, a few kilobytes that unpack to gigabytes would end the process
    decompress: (packed: Buffer) => unzipBuffer(packed, { maxOutputLength: MAX_UNPACKED_BYTES }),
  });
}
