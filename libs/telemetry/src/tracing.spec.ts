import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { startTraceReceiver, type TraceReceiver } from '../../../test/support/trace-receiver.js';
import { beginSpan, startTracing, traceCarried, traced, traceFields, traceFieldsOf } from './tracing.js';

const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736';
const PARENT = `00-${TRACE}-00f067aa0ba902b7-01`;

describe('traces', () => {
  let receiver: TraceReceiver;
  let end: () => Promise<void>;
  beforeEach(async () => {
    receiver = await startTraceReceiver();
    process.env.OTEL_EXPORTER_OTLP_ENDPOINT = receiver.endpoint;
    end = await startTracing('test');
  });
  afterEach(async () => {
    delete process.env.OTEL_EXPORTER_OTLP_ENDPOINT;
    await receiver.close();
  });

  it('go on where the cause was, and lines that are logged within carry their ids', async () => {
    const seen = await traced('append', { kind: 'client', parent: PARENT }, async () => {
      await new Promise((resolve) => setImmediate(resolve));
      return traceFields();
    });
    expect(seen).toEqual({ trace_id: TRACE, span_id: expect.stringMatching(/^[0-9a-f]{16}$/) });
    expect(traceFields()).toEqual({});
    await end();
    expect(receiver.spans).toMatchObject([
      { service: 'rapport-test', name: 'append', traceId: TRACE, parentSpanId: '00f067aa0ba902b7', spanId: seen.span_id },
    ]);
  });

  it('are not made of what is carried again long after', async () => {
    const event = { type: 'ClientRegistered', position: 7, traceparent: PARENT };
    const [now, old] = [new Date().toISOString(), '2020-01-01T00:00:00.000Z'];
    traceCarried(
      'project',
      'consumer',
      [
        { ...event, recordedAt: now },
        { ...event, recordedAt: old },
      ],
      Date.now(),
    );
    await end();
    expect(receiver.spans).toMatchObject([{ name: 'project ClientRegistered', traceId: TRACE, attributes: { 'rapport.position': 7 } }]);
  });

  it('of which the caller says that they are not sampled are not sent', async () => {
    beginSpan('HTTP', { kind: 'server', parent: `${PARENT.slice(0, -2)}00` })!.end();
    await end();
    expect(receiver.spans).toEqual([]);
  });
});

it('without a place to send them no trace is made, and what is done is done', async () => {
  await startTracing('test', {});
  expect(beginSpan('HTTP', { kind: 'server' })).toBeUndefined();
  expect(await traced('append', { kind: 'client' }, async () => [42, traceFields()])).toEqual([42, {}]);
});

it('a line about an event carries the trace of its command', () => {
  expect(traceFieldsOf(PARENT)).toEqual({ trace_id: TRACE, span_id: '00f067aa0ba902b7' });
  expect(traceFieldsOf(undefined)).toEqual({});
});
