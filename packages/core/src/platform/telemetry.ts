interface SpanContext {
  readonly traceId?: unknown;
}

interface OtelContext {
  getValue(key: symbol): unknown;
  setValue(key: symbol, value: unknown): OtelContext;
}

interface ContextManager {
  active(): OtelContext;
  with<Result>(context: OtelContext, call: () => Result): Result;
}

/** The registry that every copy of `@opentelemetry/api` 1.x shares; structural, so that core depends on none. */
interface OtelGlobal {
  readonly context?: ContextManager;
}

const spanKey = Symbol.for('OpenTelemetry Context Key SPAN');
const suppressKey = Symbol.for('OpenTelemetry SDK Context Key SUPPRESS_TRACING');
const registryKey = Symbol.for('opentelemetry.js.api.1');

const manager = (): ContextManager | undefined =>
  (globalThis as Record<symbol, OtelGlobal | undefined>)[registryKey]?.context;

/** The id of the OpenTelemetry trace that is active, or undefined. */
export const activeTraceId = (): string | undefined => {
  try {
    const span = manager()?.active().getValue(spanKey) as
      | { spanContext?(): SpanContext }
      | undefined;
    const traceId = span?.spanContext?.().traceId;
    return typeof traceId === 'string' && !/^0*$/u.test(traceId) ? traceId : undefined;
  } catch {
    return undefined;
  }
};

/** Calls with tracing switched off, so that our own requests make no spans. */
export const withoutTracing = <Result>(call: () => Result): Result => {
  let quiet: ((call: () => Result) => Result) | undefined;
  try {
    const contexts = manager();
    const context = contexts?.active().setValue(suppressKey, true);
    if (contexts !== undefined && context !== undefined)
      quiet = (inner) => contexts.with(context, inner);
  } catch {
    // A foreign copy of the API; a span too many does no harm.
  }
  return quiet === undefined ? call() : quiet(call);
};
