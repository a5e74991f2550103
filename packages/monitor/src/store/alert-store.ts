import type { Flip, Metadata } from '../model.ts';
import type { Page, PageOptions } from './store.ts';

/** How bad an alert is; `sev0` is worst. */
export type Severity = 'sev0' | 'sev1' | 'sev2' | 'sev3' | 'sev4';

/** Where alerts may be sent to (OpShift's alert webhook). */
export interface AlertSource {
  readonly key: string;
  /** Unguessable; part of the address. */
  readonly token: string;
  /** Alerts less severe than this are answered `filtered`. */
  readonly minSeverity: Severity;
  readonly createdMs: number;
}

/** An alert that came in. The same group key on the same source adds an occurrence. */
export interface Alert {
  readonly id: string;
  readonly sourceKey: string;
  readonly title: string;
  readonly description: string | null;
  readonly severity: Severity;
  readonly groupKey: string | null;
  readonly metadata: Metadata | null;
  readonly status: 'open' | 'resolved';
  readonly occurrenceCount: number;
  readonly firstMs: number;
  readonly lastMs: number;
}

/** An alert as it comes in. */
export interface IncomingAlert {
  readonly title: string;
  readonly description?: string;
  readonly severity: Severity;
  readonly groupKey?: string;
  readonly metadata?: Metadata;
}

/** What became of an incoming alert. */
export interface AlertResult {
  readonly status: 'created' | 'filtered' | 'occurrence_added' | 'reopened';
  /** `null` when it was filtered. */
  readonly alert: Alert | null;
}

/** One message about one flip to one channel. */
export interface Delivery {
  readonly id: string;
  readonly flipId: string;
  readonly monitorId: string;
  readonly monitorKey: string;
  readonly channel: string;
  readonly status: 'pending' | 'sent' | 'failed';
  readonly attempts: number;
  readonly createdMs: number;
  readonly nextAttemptMs: number | null;
  readonly sentMs: number | null;
  readonly error: string | null;
}

/** A message as it is listed, with what it told; `about` is `null` once that change is past its retention. */
export interface ListedDelivery extends Delivery {
  readonly about: Pick<Flip, 'to' | 'text'> | null;
}

/** The part of the store that is about alerts, in and out. */
export interface AlertStore {
  /** Creates a place that alerts can be sent to, or changes its filter. */
  putAlertSource(key: string, minSeverity: Severity, nowMs: number): Promise<AlertSource>;
  /** Every source, by key. */
  listAlertSources(): Promise<readonly AlertSource[]>;
  /** @returns `null` for an unknown token. */
  findAlertSource(token: string): Promise<AlertSource | null>;
  /** Stores an incoming alert. */
  raiseAlert(source: AlertSource, alert: IncomingAlert, nowMs: number): Promise<AlertResult>;
  /** Ends an alert; the next of its group reopens it. @returns false when there is no such open alert. */
  resolveAlert(id: string, nowMs: number): Promise<boolean>;
  /** Incoming alerts, last heard of first. */
  listAlerts(query: PageOptions & { readonly status?: 'open' | 'resolved' }): Promise<Page<Alert>>;

  /** Turns flips that nobody was told about into one pending delivery per channel. @returns how many. */
  queueDeliveries(channels: readonly string[], nowMs: number): Promise<number>;
  /** Takes deliveries that are due, so that no other process takes them before the lease ends. */
  claimDeliveries(
    nowMs: number,
    leaseMs: number,
    limit: number,
  ): Promise<readonly (Delivery & { readonly flip: Flip })[]>;
  /** Records how an attempt went; without `retryAtMs` a failure is final. */
  finishDelivery(
    id: string,
    result: { readonly error: string | null; readonly retryAtMs: number | null },
    nowMs: number,
  ): Promise<void>;
  /** Outgoing messages, newest first. */
  listDeliveries(
    query: PageOptions & { readonly monitorId?: string },
  ): Promise<Page<ListedDelivery>>;
}
