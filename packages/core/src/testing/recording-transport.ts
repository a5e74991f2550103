import type { Transport, TransportRequest, TransportResult } from '../transport/transport.ts';

/** Answers a request; a promise, or `undefined` to leave it hanging. */
export type Answer = (
  request: TransportRequest,
  index: number,
) => TransportResult | Promise<TransportResult> | undefined;

/** A transport that sends nothing and remembers everything. */
export interface RecordingTransport extends Transport {
  /** Every request, in order. */
  readonly requests: readonly TransportRequest[];
  /** Requests that have no answer yet. */
  readonly hanging: number;
  /** Changes how requests are answered from now on. */
  answerWith(answer: Answer): void;
  /** Answers the oldest hanging request. */
  release(result: TransportResult): void;
  readonly closed: boolean;
}

/** A good answer with this status and body. */
export const respond = (
  status: number,
  body = '',
  headers: Readonly<Record<string, string>> = {},
): TransportResult => ({
  kind: 'response',
  status,
  headers,
  body,
});

/** No answer, for this reason. */
export const failWith = (
  reason: Extract<TransportResult, { kind: 'failure' }>['reason'],
  sent = false,
): TransportResult => ({
  kind: 'failure',
  reason,
  message: `the request failed: ${reason}`,
  sent,
});

/** Makes a recording transport; by default every request is answered 200. */
export const createRecordingTransport = (
  answer: Answer = () => respond(200),
): RecordingTransport => {
  const requests: TransportRequest[] = [];
  const hanging: ((result: TransportResult) => void)[] = [];
  let current = answer;
  let closed = false;
  return {
    name: 'recording',
    requests,
    get hanging() {
      return hanging.length;
    },
    get closed() {
      return closed;
    },
    send(request, done) {
      requests.push(request);
      const given = current(request, requests.length - 1);
      if (given === undefined) hanging.push(done);
      else void Promise.resolve(given).then(done);
    },
    answerWith(next) {
      current = next;
    },
    release(result) {
      const done = hanging.shift();
      if (done === undefined) throw new Error('no request is hanging');
      done(result);
    },
    close() {
      closed = true;
    },
  };
};
