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
