import { collectDefaultMetrics, Counter, Gauge, Registry } from 'prom-client';

import type { Clock } from '../clock.ts';
import type { Store } from '../store/store.ts';

/** Figures for Prometheus. No label holds a monitor's key: there may be a hundred thousand. */
export interface Metrics {
  readonly countPing: (dialect: string, status: string, count: number) => void;
  readonly countEvaluation: () => void;
  /** The text that Prometheus reads. */
  render(): Promise<{ readonly contentType: string; readonly body: string }>;
}

/** Makes the figures of one server. */
export const createMetrics = (store: Store, clock: Clock): Metrics => {
  const registry = new Registry();
  const registers = [registry];
  collectDefaultMetrics({ register: registry });
  const pings = new Counter({
    name: 'lubdub_pings_total',
    help: 'Pings by dialect and what became of them.',
    labelNames: ['dialect', 'status'],
    registers,
  });
  const flips = new Counter({
    name: 'lubdub_flips_total',
    help: 'Changes of health by the state they lead to.',
    labelNames: ['to'],
    registers,
  });
  const evaluations = new Counter({
    name: 'lubdub_evaluations_total',
    help: 'Rounds of evaluation that succeeded.',
    registers,
  });
  const monitors = new Gauge({
    name: 'lubdub_monitors',
    help: 'Monitors by state.',
    labelNames: ['state'],
    registers,
  });
  store.subscribe((event) => {
    if (event.type === 'flip') flips.inc({ to: event.flip.to });
  });
  return {
    countPing: (dialect, status, count) => {
      if (count > 0) pings.inc({ dialect, status }, count);
    },
    countEvaluation: () => evaluations.inc(),
    render: async () => {
      const states = await store.countStates(clock.wallMs());
      for (const [state, count] of Object.entries(states)) monitors.set({ state }, count);
      return { contentType: registry.contentType, body: await registry.metrics() };
    },
  };
};
