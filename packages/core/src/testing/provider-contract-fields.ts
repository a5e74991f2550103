import type { Ping, PingState } from '../ping/ping.ts';
import type { Capabilities, RequestContext } from '../providers/provider.ts';

/** Each field of a ping, the capability that allows it, and a second value that must show. */
export const contractFields: readonly {
  readonly name: string;
  readonly states: readonly PingState[];
  readonly ping?: Partial<Ping>;
  readonly context?: Partial<RequestContext>;
  carried(capabilities: Capabilities): boolean;
}[] = [
  {
    name: 'text',
    states: ['start', 'success', 'fail', 'log'],
    ping: { message: 'another text' },
    carried: (can) => can.text !== false,
  },
  {
    name: 'metadata',
    states: ['start', 'success', 'fail', 'log'],
    ping: { metadataJson: '{"other":"metadata"}' },
    carried: (can) => can.metadata !== false,
  },
  {
    name: 'run id',
    states: ['start', 'success', 'fail', 'log'],
    ping: { runId: 'f00dfeed-0000-4000-8000-000000000001' },
    carried: (can) => can.runId !== false,
  },
  {
    name: 'duration',
    states: ['success', 'fail'],
    ping: { durationMs: 98_765 },
    carried: (can) => can.duration,
  },
  { name: 'exit code', states: ['fail'], ping: { exitCode: 3 }, carried: (can) => can.exitCode },
  {
    name: 'metrics',
    states: ['success', 'fail'],
    ping: { metrics: { rows: 7_777 } },
    carried: (can) => can.metrics,
  },
  {
    name: 'group key',
    states: ['success', 'fail'],
    ping: { groupKey: 'another-group' },
    carried: (can) => can.groupKey,
  },
  {
    name: 'count of runs',
    states: ['success', 'fail'],
    ping: { count: 9_999 },
    carried: (can) => can.count,
  },
  {
    name: "client's time",
    states: ['start', 'success', 'fail', 'log'],
    ping: { timestampMs: 1_600_000_000_000 },
    carried: (can) => can.clientTimestamp,
  },
  {
    name: 'environment',
    states: ['start', 'success', 'fail', 'log'],
    context: { environment: 'another-environment' },
    carried: (can) => can.environment,
  },
];
