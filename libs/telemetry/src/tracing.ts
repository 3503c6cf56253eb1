import { AsyncLocalStorage } from 'node:async_hooks';
import { type Attributes, type Context, ROOT_CONTEXT, type Span, SpanKind, SpanStatusCode, trace, TraceFlags } from '@opentelemetry/api';

/** A span of a trace that may have begun elsewhere. */
export interface TraceSpan {
  /** 32 hex digits. */
  traceId: string;
  /** W3C trace context of what follows from this span. */
  traceparent: string;
  /** Runs something within the span: its log lines carry the ids. */
  run<T>(work: () => T): T;
  /** `name`: where it is known only now. */
  end(outcome?: { failed?: boolean; name?: string; attributes?: Attributes }): void;
}

export interface SpanOptions {
  kind: 'server' | 'client' | 'producer' | 'consumer';
  /** W3C trace context of the cause. */
  parent?: string;
  /** Names and counts of our own: never what a person or a source has said. */
  attributes?: Attributes;
}

const KINDS = { server: SpanKind.SERVER, client: SpanKind.CLIENT, producer: SpanKind.PRODUCER, consumer: SpanKind.CONSUMER };
const TRACEPARENT = /^00-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})$/;
/** What is carried later than this is a replay, and no part of what somebody waits for. */
const CARRIED_WITHIN_MS = 600_000;

let isOn = false;
const within = new AsyncLocalStorage<Span>();

/** Whether traces go anywhere. Where they do not, nothing is made, and nothing is kept per request or event. */
export const tracingIsOn = (): boolean => isOn;

/**
 * Sends traces where OpenTelemetry's own environment says, and does nothing where it says nothing: OTEL_EXPORTER_OTLP_ENDPOINT
 * (or OTEL_EXPORTER_OTLP_TRACES_ENDPOINT), OTEL_TRACES_SAMPLER, ... Answers what sends the rest and ends it.
 */
export async function startTracing(service: string, env: NodeJS.ProcessEnv = process.env): Promise<() => Promise<void>> {
  const configured = env.OTEL_EXPORTER_OTLP_ENDPOINT || env.OTEL_EXPORTER_OTLP_TRACES_ENDPOINT;
  if (!configured || env.OTEL_SDK_DISABLED === 'true' || env.OTEL_TRACES_EXPORTER === 'none') return async () => {};
  const { startSdk } = await import('./tracing-sdk.js');
  const end = startSdk(env.OTEL_SERVICE_NAME ?? `rapport-${service}`);
  isOn = true;
  return async () => {
    isOn = false;
    await end();
  };
}

/** Begins a span; undefined where tracing is off. */
export function beginSpan(name: string, { kind, parent, attributes }: SpanOptions, startTime?: number): TraceSpan | undefined {
  if (!isOn) return undefined;
  const span = trace.getTracer('rapport').startSpan(name, { kind: KINDS[kind], attributes, startTime }, contextOf(parent));
  const { traceId, spanId, traceFlags } = span.spanContext();
  return {
    traceId,
    traceparent: `00-${traceId}-${spanId}-${traceFlags.toString(16).padStart(2, '0')}`,
    run: (work) => within.run(span, work),
    end({ failed = false, name: known, attributes: more } = {}) {
      if (known) span.updateName(known);
      if (more) span.setAttributes(more);
      if (failed) span.setStatus({ code: SpanStatusCode.ERROR });
      span.end();
    },
  };
}

/** Runs something in a span of its own. */
export async function traced<T>(name: string, options: SpanOptions, work: () => Promise<T>): Promise<T> {
  const span = beginSpan(name, options);
  if (!span) return work();
  try {
    const result = await span.run(work);
    span.end();
    return result;
  } catch (error) {
    span.end({ failed: true });
    throw error;
  }
}

/** An event that was carried together with others. */
export interface CarriedEvent {
  type: string;
  position: number;
  recordedAt: string;
  /** Of the command that it came from. */
  traceparent?: string;
}

/** One span for each event that was carried from `beganAt` (ms since 1970) until now, in the trace of its command. */
export function traceCarried(name: string, kind: SpanOptions['kind'], events: Iterable<CarriedEvent>, beganAt: number): void {
  if (!isOn) return;
  for (const { type, position, recordedAt, traceparent: parent } of events) {
    if (!parent || beganAt - Date.parse(recordedAt) > CARRIED_WITHIN_MS) continue;
    beginSpan(`${name} ${type}`, { kind, parent, attributes: { 'rapport.position': position } }, beganAt)?.end();
  }
}

/** For a log line: the ids of the span that it is written in. */
export function traceFields(): { trace_id?: string; span_id?: string } {
  const span = isOn ? within.getStore()?.spanContext() : undefined;
  return span ? { trace_id: span.traceId, span_id: span.spanId } : {};
}

/** For a log line about something that has a trace of its own. */
export function traceFieldsOf(traceparent: string | undefined): { trace_id?: string; span_id?: string } {
  const match = TRACEPARENT.exec(traceparent ?? '');
  return match ? { trace_id: match[1]!, span_id: match[2]! } : {};
}

function contextOf(traceparent: string | undefined): Context {
  const [, traceId, spanId, flags] = TRACEPARENT.exec(traceparent ?? '') ?? [];
  if (!traceId || !spanId) return ROOT_CONTEXT;
  const traceFlags = parseInt(flags!, 16) & TraceFlags.SAMPLED;
  return trace.setSpanContext(ROOT_CONTEXT, { traceId, spanId, traceFlags, isRemote: true });
}
