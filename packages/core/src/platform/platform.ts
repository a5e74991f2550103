import type { LeaverParts } from '../leaving/client-leaver.ts';
import type { DeliveryObserver } from '../delivery/settlement.ts';
import type { NetworkOptions, TlsOptions } from '../network/network-options.ts';
import type { OpenSpoolParts } from '../spool/open-spool.ts';
import type { ProviderSpool } from '../spool/provider-spool.ts';
import type { Transport } from '../transport/transport.ts';

/** Keeps the run that code is inside, across awaits. */
export interface ContextStore<Value> {
  run<Result>(value: Value, call: () => Result): Result;
  current(): Value | undefined;
}

/** What a client asks of the end of the process. */
export interface Leaver {
  /** Open runs or pings on their way? */
  readonly busy: boolean;
  /** The end is near and nothing else keeps the process: try everything now; call back when nothing is pending. */
  hurry(done: () => void): void;
  /** The time for that is over: whoever awaits an outcome gets one. */
  giveUp(): void;
  /** A crash: the error that ends the process. */
  crashed(error: unknown): void;
  /** The very end, synchronous. */
  exit(code: number): void;
  /** Lets a signal's flush finish. */
  flush(timeoutMs: number): Promise<unknown>;
}

/** How a client leaves. */
export interface LeavingOptions {
  readonly exitBudgetMs: number;
  readonly signals: boolean;
}

/** What differs between runtimes; everything else in core is plain JavaScript. */
export interface Platform {
  readonly name: 'node' | 'edge';
  /** Opens the spool of a provider; undefined where there are no files. */
  readonly openSpool: ((parts: OpenSpoolParts) => ProviderSpool) | undefined;
  createTransport(network: NetworkOptions): Transport;
  hostname(): string | undefined;
  readFile(path: string): string;
  readEnvironment(name: string): string | undefined;
  /** Hooks a client to the end of the process; returns the function that unhooks it. */
  attach(leaving: LeaverParts, options: LeavingOptions): () => void;
  createContext<Value>(): ContextStore<Value>;
  readonly observer: DeliveryObserver;
  /** Makes requests in sequence per group before the process is gone; undefined where that cannot be had. */
  readonly sendAtExit:
    | ((
        groups: readonly (readonly ExitRequest[])[],
        timeoutMs: number,
        tls?: TlsOptions,
      ) => readonly (readonly ExitResult[])[] | undefined)
    | undefined;
}

/** A request for the last moment. */
export interface ExitRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | undefined;
  /** Opens private addresses for this request. Default false. */
  readonly allowPrivateNetwork?: boolean;
}

/** Status of the answer, or 0; and what the request's provider reads of it. */
export interface ExitResult {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}
