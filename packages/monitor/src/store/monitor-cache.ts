import { sql } from 'kysely';

import type { Machine } from '../evaluate/machine.ts';
import type { MonitorDefinition } from '../model.ts';
import type { Executor } from './schema.ts';
import type { MonitorReference } from './store.ts';

/** A monitor that a transaction works on. */
export interface Target {
  readonly monitor: MonitorDefinition;
  machine: Machine;
}

/**
 * What is known of monitors that pinged lately, so that a ping need not read what the ping before it wrote. Only SQLite has
 * one: there this process is the only writer, and learns from the database itself when it is not.
 */
export interface MonitorCache {
  /** Forgets everything if another process has written. Call inside a transaction, before reading. */
  validate(db: Executor): Promise<void>;
  get(reference: MonitorReference): Target | undefined;
  add(target: Target): void;
  /** Call whenever monitors are written in another way than by pings, and when a transaction fails. */
  clear(): void;
}

/** Rows hold up to a few kilobytes, so this is a few megabytes. */
const keptMonitors = 2000;

/** Makes a cache that is empty. */
export const createMonitorCache = (): MonitorCache => {
  const targets = new Map<string, Target>();
  let version: number | undefined;
  return {
    validate: async (db) => {
      const rows = await sql<{ data_version: number }>`pragma data_version`.execute(db);
      const found = rows.rows[0]?.data_version;
      if (found !== version) targets.clear();
      version = found;
    },
    get: ({ by, value }) => targets.get(`${by} ${value}`),
    add: (target) => {
      if (targets.size >= keptMonitors * 3) targets.clear();
      targets.set(`key ${target.monitor.key}`, target);
      targets.set(`id ${target.monitor.id}`, target);
      targets.set(`token ${target.monitor.pingToken}`, target);
    },
    clear: () => targets.clear(),
  };
};
