import { failureOf } from './failures.ts';
import type { RequestHead } from './request-text.ts';
import type { TransportRequest, TransportResponse, TransportResult } from './transport.ts';

/** What an exchange travels on. */
export interface Carrier {
  /** True when bytes of the request may have left. */
  readonly sent: boolean;
  /** The answer as far as it has come, once its status is known. */
  partial(): TransportResponse | undefined;
  /** Lets go of the connection: nothing more is wanted of it. */
  drop(): void;
}

/**
 * One attempt with its time limit and its signal: the first end counts. Once the status is known it is the result, whatever
 * becomes of the body.
 */
export class Exchange {
  readonly request: TransportRequest;
  /** What goes on the wire before the body. */
  head: RequestHead | undefined;
  carrier: Carrier | undefined;
  over = false;
  readonly #done: (result: TransportResult) => void;
  readonly #timer: NodeJS.Timeout;

  constructor(request: TransportRequest, done: (result: TransportResult) => void) {
    this.request = request;
    this.head = undefined;
    this.carrier = undefined;
    this.#done = done;
    this.#timer = setTimeout(() => this.#timeout(), request.timeoutMs);
    this.#timer.unref();
    request.signal?.addEventListener('abort', this.#abort, { once: true });
  }

  finish(result: TransportResult): void {
    if (this.over) return;
    this.over = true;
    clearTimeout(this.#timer);
    this.request.signal?.removeEventListener('abort', this.#abort);
    this.#done(result);
  }

  /** The carrier broke. */
  broke(error: unknown): void {
    const sent = this.carrier?.sent === true;
    this.finish(this.carrier?.partial() ?? failureOf(error, sent));
  }

  /** Something went wrong before there was a carrier; told later, as all results are. */
  fail(error: unknown): void {
    setImmediate(() => this.finish(failureOf(error, false)));
  }

  /** It was cancelled before it began. */
  cancel(): void {
    setImmediate(this.#abort);
  }

  readonly #abort = (): void => {
    this.finish({
      kind: 'failure',
      reason: 'aborted',
      message: 'the request was cancelled',
      sent: this.carrier?.sent === true,
    });
    this.carrier?.drop();
  };

  #timeout(): void {
    const message = `no answer within ${this.request.timeoutMs} ms`;
    const sent = this.carrier?.sent === true;
    this.finish(this.carrier?.partial() ?? { kind: 'failure', reason: 'timeout', message, sent });
    this.carrier?.drop();
  }
}
