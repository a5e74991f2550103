/** One HTTP request as PeekAPI's SDKs report it. */
export interface RequestEvent {
  readonly method: string;
  readonly path: string;
  readonly statusCode: number;
  readonly responseTimeMs: number;
  readonly requestSize: number;
  readonly responseSize: number;
  readonly consumerId: string | null;
  readonly timestampMs: number;
}

/** Figures of one group of requests. Percentiles are read from a histogram and so are within 10 %. */
export interface RequestFigures {
  readonly count: number;
  /** Requests answered 5xx. */
  readonly errors: number;
  readonly requestBytes: number;
  readonly responseBytes: number;
  readonly p50Ms: number | null;
  readonly p95Ms: number | null;
  readonly p99Ms: number | null;
}

/** Request analytics of a span. */
export interface RequestAnalytics {
  readonly total: RequestFigures;
  /** Busiest routes first, at most 50. */
  readonly routes: readonly (RequestFigures & { readonly method: string; readonly path: string })[];
  /** Requests per status class, `1xx` to `5xx`. */
  readonly statusClasses: Readonly<Record<'1xx' | '2xx' | '3xx' | '4xx' | '5xx', number>>;
  /** Busiest consumers first, at most 50; `null` is who could not be identified. */
  readonly consumers: readonly {
    readonly consumerId: string | null;
    readonly count: number;
    readonly errors: number;
  }[];
  /** Per hour, oldest first; empty hours are left out. */
  readonly series: readonly {
    readonly bucketMs: number;
    readonly count: number;
    readonly errors: number;
  }[];
}

/** The part of the store that is about request analytics. */
export interface RequestStore {
  /** Adds events to the counters of their hours. */
  addRequests(events: readonly RequestEvent[]): Promise<void>;
  /** Figures of a span; whole hours. */
  analyzeRequests(fromMs: number, toMs: number): Promise<RequestAnalytics>;
}
