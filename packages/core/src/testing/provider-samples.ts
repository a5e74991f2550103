import type { Ping, PingState } from '../ping/ping.ts';
import type { MonitorDeclaration, Provider, RequestContext } from '../providers/provider.ts';

/** The run id of {@link samplePing}. */
export const sampleRunId = '0b9c6f4e-2d1a-4c3b-8e7f-5a6d4c3b2a19';

/** A ping that carries nothing but its state; `fields` adds to it. */
export const samplePing = (state: PingState, fields: Partial<Ping> = {}): Ping =>
  Object.freeze({
    id: 'ping-0001',
    key: 'nightly-backup',
    state,
    timestampMs: 1_790_000_000_250,
    runId: undefined,
    message: undefined,
    metadataJson: undefined,
    durationMs: undefined,
    exitCode: undefined,
    groupKey: undefined,
    metrics: undefined,
    reason: undefined,
    count: 1,
    ...fields,
  });

/** Everything that a ping of the state can carry. */
export const sampleFields = (state: PingState): Partial<Ping> => ({
  runId: sampleRunId,
  message: 'disk “orders” is 98 % full & 3 files are left',
  metadataJson: '{"host":"worker-01","rows":42}',
  groupKey: 'orders-db',
  metrics: { rows: 42 },
  ...(state === 'success' || state === 'fail' ? { durationMs: 12_345.6, count: 3 } : {}),
  ...(state === 'fail' ? { exitCode: 137, reason: 'error' } : {}),
});

/** What the contract and the vectors need to know about a provider. */
export interface ProviderSample {
  /** Makes the provider, the same every time. */
  provider(): Provider;
  /** A key, or a declared monitor's key, that the service accepts. Default `nightly-backup`. */
  readonly key?: string;
  /** The values of the declared secrets, by name. Default: none. */
  readonly secrets?: Readonly<Record<string, string>>;
  /** The target that `resolve` would give. Default: the declared id, else the key. */
  readonly target?: string;
  /** A body that the service sends with a good answer. Default `OK`. */
  readonly goodBody?: string;
  /** The status of a good answer. Default 200. */
  readonly goodStatus?: number;
}

/** The declaration of a key in the provider's map; `{}` when there is none. */
export const sampleDeclaration = (provider: Provider, key: string): MonitorDeclaration => {
  const entry = provider.monitors?.[key];
  return typeof entry === 'string' ? { id: entry } : (entry ?? {});
};

/** The context in which core would ask for a request of the sample. */
export const sampleContext = (
  sample: ProviderSample,
  fields: Partial<RequestContext> = {},
): RequestContext => {
  const key = sample.key ?? 'nightly-backup';
  const monitor = sampleDeclaration(sample.provider(), key);
  return Object.freeze({
    target: sample.target ?? monitor.id ?? key,
    monitor,
    secrets: sample.secrets ?? {},
    environment: 'production',
    host: 'worker-01',
    instance: '7c1e',
    userAgent: 'lubdub/0.0.0',
    sentMs: 1_790_000_000_300,
    ...fields,
  });
};
