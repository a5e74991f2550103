import { stringify } from 'yaml';

import type { MonitorInput } from '../api/monitor-input.ts';
import type { ApiClient } from './api-client.ts';
import type { ShownMonitor } from './plan.ts';
import { planChanges, renderPlan } from './plan.ts';
import type { MonitorConfig } from './read-config.ts';

/** What would be changed, as text. */
export const plan = async (config: MonitorConfig, client: ApiClient): Promise<string> =>
  renderPlan(planChanges(config.monitors, await client.list()));

/** Makes the monitors as declared. Nothing is deleted. @returns what was done, as text. */
export const apply = async (config: MonitorConfig, client: ApiClient): Promise<string> => {
  const changes = planChanges(config.monitors, await client.list());
  for (const { key, action } of changes) {
    const input = config.monitors[key];
    if (input === undefined || (action !== 'create' && action !== 'change')) continue;
    await client.put(key, withZone(input));
  }
  return renderPlan(changes);
};

/** A file means UTC where it names no zone; the API would keep the zone that is stored. */
const withZone = (input: MonitorInput): MonitorInput =>
  typeof input.schedule === 'string' ? { timezone: 'UTC', ...input } : input;

const exported = [
  'name',
  'schedule',
  'timezone',
  'intervalMs',
  'graceMs',
  'maxDurationMs',
  'minIntervalMs',
  'tags',
  'channels',
  'maintenance',
  'paused',
] as const satisfies readonly (keyof MonitorInput)[];

/** What there is, as `monitors.yaml`; what is as by default is left out. */
export const exportConfig = async (client: ApiClient): Promise<string> => {
  const monitors = (await client.list()).map((monitor) => [monitor.key, toInput(monitor)] as const);
  return stringify({ monitors: Object.fromEntries(monitors) });
};

const toInput = (monitor: ShownMonitor): MonitorInput =>
  Object.fromEntries(
    exported.flatMap((name) => {
      const value = monitor[name];
      const empty = value === null || value === undefined || value === false;
      const none = Array.isArray(value) && value.length === 0 && name !== 'channels';
      return empty || none || (name === 'name' && value === monitor.key) ? [] : [[name, value]];
    }),
  );
