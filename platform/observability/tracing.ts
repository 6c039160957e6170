import { context, propagation, SpanKind, SpanStatusCode, trace, type Attributes, type Context } from '@opentelemetry/api';
import type { Settings } from '../config';

const TRACER = 'mercato';

let isOn = false;

/**
 * Sends traces to an OTLP endpoint when one is set; otherwise nothing is loaded and tracing costs nothing. Call it before
 * `pg` is loaded: SQL statements become spans only when the driver is instrumented first.
 */
export async function startTracing(
  settings: Pick<Settings, 'otlpEndpoint'>,
  serviceName: string,
): Promise<{ stop(): Promise<void> }> {
  if (settings.otlpEndpoint === null) return { stop: async () => undefined };
  const { BatchSpanProcessor, NodeTracerProvider } = await import('@opentelemetry/sdk-trace-node');
  const { resourceFromAttributes } = await import('@opentelemetry/resources');
  const { OTLPTraceExporter } = await import('@opentelemetry/exporter-trace-otlp-http');
  const { registerInstrumentations } = await import('@opentelemetry/instrumentation');
  const { PgInstrumentation } = await import('@opentelemetry/instrumentation-pg');
  const exporter = new OTLPTraceExporter({ url: `${settings.otlpEndpoint.replace(/\/$/, '')}/v1/traces` });
  const provider = new NodeTracerProvider({
    resource: resourceFromAttributes({ 'service.name': serviceName }),
    spanProcessors: [new BatchSpanProcessor(exporter)],
  });
  provider.register();
  registerInstrumentations({ instrumentations: [new PgInstrumentation({ requireParentSpan: true })] });
  isOn = true;
  return {
    stop: async () => {
      isOn = false;
      await provider.shutdown();
    },
  };
}

/** Runs `work` in a span; a rejection marks it as failed and passes on. */
export async function traced<T>(
  name: string,
  kind: 'server' | 'client',
  attributes: Attributes,
  work: () => Promise<T>,
): Promise<T> {
  if (!isOn) return work();
  const options = { kind: kind === 'server' ? SpanKind.SERVER : SpanKind.CLIENT, attributes };
  return trace.getTracer(TRACER).startActiveSpan(name, options, async (span) => {
    try {
      return await work();
    } catch (error) {
      span.recordException(error instanceof Error ? error : String(error));
      span.setStatus({ code: SpanStatusCode.ERROR });
      throw error;
    } finally {
      span.end();
    }
  });
}

/** A span of work that ends by a callback, where {@link traced} has no promise to wait for. */
export interface OpenSpan {
  /** For calls that belong to it. */
  readonly traceparent: string;
  /** Runs what belongs to it; spans begun there, also later by promises, are its children. */
  within<T>(work: () => T): T;
  end(error?: unknown): void;
}

/**
 * Opens a span below what `traceparent` names, or else below the one that is running: what runs while a socket calls back may
 * be another request, the one that opened it. `null` where nothing is traced.
 */
export function openSpan(
  name: string,
  kind: 'server' | 'client',
  attributes: Attributes,
  traceparent: string | null,
): OpenSpan | null {
  if (!isOn) return null;
  const parent = traceparent ? extracted(traceparent) : context.active();
  const options = { kind: kind === 'server' ? SpanKind.SERVER : SpanKind.CLIENT, attributes };
  const span = trace.getTracer(TRACER).startSpan(name, options, parent);
  const own = trace.setSpan(parent, span);
  const carrier: Record<string, string> = {};
  propagation.inject(own, carrier);
  return {
    traceparent: carrier['traceparent'] ?? '',
    within: (work) => context.with(own, work),
    end: (error) => {
      if (error !== undefined) {
        span.recordException(error instanceof Error ? error : 'no error');
        span.setStatus({ code: SpanStatusCode.ERROR });
      }
      span.end();
    },
  };
}

/** Adds to the span that is running, such as an operation's name once it is known. */
export function noteOnSpan(attributes: Attributes): void {
  if (isOn) trace.getActiveSpan()?.setAttributes(attributes);
}

/** W3C trace context for a call that begins now; without tracing of our own, what the caller gave is passed on. */
export function traceparentFor(given: string | null): string | null {
  if (!isOn) return given;
  const carrier: Record<string, string> = {};
  propagation.inject(context.active(), carrier);
  return carrier['traceparent'] ?? given;
}

/** Runs `work` as part of the trace that a caller began. */
export function continuingTrace<T>(traceparent: string | null | undefined, work: () => T): T {
  if (!isOn || !traceparent) return work();
  return context.with(extracted(traceparent), work);
}

function extracted(traceparent: string): Context {
  return propagation.extract(context.active(), { traceparent });
}
