import { isDeepStrictEqual } from 'node:util';

import type { MonitorInput } from '../api/monitor-input.ts';

/** What has to be done to one monitor so that it is as declared. */
export interface PlannedChange {
  readonly key: string;
  readonly action: 'create' | 'change' | 'keep' | 'undeclared';
  /** The fields that differ, with what they are and what they will be. */
  readonly fields: readonly {
    readonly name: string;
    readonly from: unknown;
    readonly to: unknown;
  }[];
}

/** A monitor as the API shows it. */
export type ShownMonitor = Readonly<Record<string, unknown>> & { readonly key: string };

/** What a field is when it is not given. */
const defaults: Readonly<Record<string, unknown>> = {
  schedule: null,
  intervalMs: null,
  timezone: null,
  maxDurationMs: null,
  minIntervalMs: null,
  channels: null,
};

/**
 * Compares what is declared with what there is. Only declared fields count, and what is not declared is never deleted.
 * Ordered by key.
 */
export const planChanges = (
  declared: Readonly<Record<string, MonitorInput>>,
  current: readonly ShownMonitor[],
): readonly PlannedChange[] => {
  const known = new Map(current.map((monitor) => [monitor.key, monitor]));
  const changes = Object.entries(declared).map(([key, input]) =>
    compare(key, input, known.get(key)),
  );
  for (const { key } of current) {
    if (!Object.hasOwn(declared, key)) changes.push({ key, action: 'undeclared', fields: [] });
  }
  return changes.toSorted((a, b) => (a.key < b.key ? -1 : 1));
};

const compare = (
  key: string,
  input: MonitorInput,
  monitor: ShownMonitor | undefined,
): PlannedChange => {
  const fields = Object.entries(withImplied(input)).flatMap(([name, to]) => {
    const from = monitor?.[name] ?? defaults[name];
    return monitor !== undefined && isDeepStrictEqual(from ?? null, to ?? null)
      ? []
      : [{ name, from, to }];
  });
  const action = monitor === undefined ? 'create' : fields.length === 0 ? 'keep' : 'change';
  return { key, action, fields };
};

/** An interval takes a cron expression's place and the other way round. */
const withImplied = (input: MonitorInput): Readonly<Record<string, unknown>> => {
  if (typeof input.schedule === 'string') return { timezone: 'UTC', ...input, intervalMs: null };
  return typeof input.intervalMs === 'number'
    ? { ...input, schedule: null, timezone: null }
    : { ...input };
};

const show = (value: unknown): string =>
  value === undefined || value === null ? 'none' : JSON.stringify(value);

/** A plan for people; `+` is created, `~` changed, `?` not declared. */
export const renderPlan = (changes: readonly PlannedChange[]): string => {
  const lines: string[] = [];
  for (const { key, action, fields } of changes) {
    if (action === 'keep') continue;
    const sign = { create: '+', change: '~', undeclared: '?' }[action];
    lines.push(`${sign} ${key}${action === 'undeclared' ? ' (not declared, left alone)' : ''}`);
    for (const { name, from, to } of fields) {
      lines.push(
        action === 'create'
          ? `    ${name}: ${show(to)}`
          : `    ${name}: ${show(from)} -> ${show(to)}`,
      );
    }
  }
  const count = (action: PlannedChange['action']): number =>
    changes.filter((change) => change.action === action).length;
  lines.push(
    `${count('create')} to create, ${count('change')} to change, ${count('keep')} as declared.`,
  );
  return lines.join('\n');
};
