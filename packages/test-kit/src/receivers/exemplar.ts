import { jsonOf, objectOf, startReceiver } from './receiver.ts';
import type { Answer, ReceivedRequest, Receiver } from './receiver.ts';

/** A beat that Exemplar would have counted. */
export interface ExemplarBeat {
  readonly monitorId: string;
  readonly metadata: Readonly<Record<string, unknown>> | undefined;
}

/** Exemplar's heartbeat endpoint. */
export interface ExemplarReceiver extends Receiver {
  readonly beats: readonly ExemplarBeat[];
  /** Answers instead of the rules, until it returns undefined. */
  override: ((request: ReceivedRequest) => Answer | undefined) | undefined;
}

/**
 * Starts a receiver with the rules of Exemplar's heartbeats: one path, JSON, an access token, a 24-hex monitor id, an optional
 * metadata object and nothing else in the body.
 */
export const startExemplar = async (options: {
  readonly apiKeys: readonly string[];
  readonly monitors: readonly string[];
}): Promise<ExemplarReceiver> => {
  const beats: ExemplarBeat[] = [];
  const state: Pick<ExemplarReceiver, 'override'> = { override: undefined };
  const handle = (request: ReceivedRequest): Answer => {
    const instead = state.override?.(request);
    if (instead !== undefined) return instead;
    if (request.method !== 'POST' || request.path !== '/api/monitoring/heartbeat')
      return { status: 404 };
    if (request.headers['content-type'] !== 'application/json') return { status: 415 };
    if (!options.apiKeys.includes(request.headers['x-api-key'] ?? '')) return { status: 401 };
    const { monitor_id: monitorId, metadata, ...other } = objectOf(jsonOf(request.body)) ?? {};
    if (typeof monitorId !== 'string' || !/^[0-9a-f]{24}$/u.test(monitorId)) return { status: 400 };
    if (Object.keys(other).length > 0) return { status: 400, body: { error: 'unknown field' } };
    if (metadata !== undefined && objectOf(metadata) === undefined) return { status: 400 };
    if (!options.monitors.includes(monitorId)) return { status: 404 };
    beats.push({ monitorId, metadata: objectOf(metadata) });
    return { status: 200, body: { ok: true } };
  };
  const receiver = await startReceiver(handle);
  return Object.assign(state, receiver, { beats });
};
