import { InputError, readMonitorInput } from '../api/monitor-input.ts';
import { findKeyFault } from '../ingest/text.ts';
import type { MonitorDefinition } from '../model.ts';
import type { MonitorChange } from '../store/store.ts';
import { parseDuration } from './render/format.ts';
import type { Faults, MonitorFields } from './render/monitor-form.ts';

/** Takes the fields of the monitor form out of what a browser sent. */
export const readFields = (form: URLSearchParams): MonitorFields => {
  const field = (name: string): string => (form.get(name) ?? '').trim();
  const kind = field('kind');
  return {
    key: field('key'),
    name: field('name'),
    kind: kind === 'cron' || kind === 'none' ? kind : 'interval',
    interval: field('interval'),
    expression: field('expression'),
    timezone: field('timezone'),
    grace: field('grace'),
    maxDuration: field('maxDuration'),
    minInterval: field('minInterval'),
    tags: field('tags'),
    channels: form.get('alerts') === 'some' ? form.getAll('channel') : null,
  };
};

/** The form, understood; or what is wrong with it. */
export type ReadForm =
  | { readonly ok: true; readonly change: MonitorChange }
  | { readonly ok: false; readonly faults: Faults };

/** Reads the form by the same rules as the API. */
export const readForm = (fields: MonitorFields, before: MonitorDefinition | null): ReadForm => {
  const faults: Partial<Record<keyof MonitorFields, string>> = {};
  if (before === null) {
    const fault = findKeyFault(fields.key);
    if (fault !== null) faults.key = fault;
  }
  const ms = (name: 'interval' | 'grace' | 'maxDuration' | 'minInterval'): number | null => {
    if (fields[name] === '' && name !== 'interval' && name !== 'grace') return null;
    const value = parseDuration(fields[name]);
    if (value === null)
      faults[name] = `"${fields[name].slice(0, 40)}" is no duration; write 90s, 5m or 1h 30m.`;
    return value;
  };
  const input = {
    name: fields.name === '' ? (before?.key ?? fields.key) : fields.name,
    ...schedule(fields, ms),
    graceMs: ms('grace') ?? 0,
    maxDurationMs: ms('maxDuration'),
    minIntervalMs: ms('minInterval'),
    tags: list(fields.tags),
    channels: fields.channels,
  };
  if (Object.keys(faults).length > 0) return { ok: false, faults };
  try {
    return { ok: true, change: readMonitorInput(input, before) };
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    return { ok: false, faults: { [fieldOf(error.message, fields)]: error.message } };
  }
};

const schedule = (
  fields: MonitorFields,
  ms: (name: 'interval') => number | null,
): Record<string, unknown> => {
  if (fields.kind === 'none') return { schedule: null };
  if (fields.kind === 'interval') return { intervalMs: ms('interval') ?? 1000 };
  return {
    schedule: fields.expression,
    ...(fields.timezone === '' ? {} : { timezone: fields.timezone }),
  };
};

const list = (text: string): string[] =>
  text
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== '');

const named: readonly (readonly [RegExp, keyof MonitorFields])[] = [
  [/time ?zone/i, 'timezone'],
  [/^schedule|cron/i, 'expression'],
  [/^intervalMs/, 'interval'],
  [/^graceMs/, 'grace'],
  [/^maxDurationMs/, 'maxDuration'],
  [/^minIntervalMs/, 'minInterval'],
  [/^tags/, 'tags'],
  [/^channels/, 'channels'],
  [/^name/, 'name'],
];

/** Which field a message is about. */
const fieldOf = (message: string, fields: MonitorFields): keyof MonitorFields | '' => {
  const found = named.find(([form]) => form.test(message))?.[1] ?? '';
  return found === 'expression' && fields.kind !== 'cron' ? '' : found;
};
