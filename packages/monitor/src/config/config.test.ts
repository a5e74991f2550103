import { describe, expect, it } from 'vitest';

import { planChanges, renderPlan } from './plan.ts';
import type { ConfigError } from './read-config.ts';
import { parseConfig } from './read-config.ts';

const faultsOf = (text: string): readonly string[] => {
  try {
    parseConfig(text, {});
    return [];
  } catch (error) {
    return (error as ConfigError).faults;
  }
};

describe('monitors.yaml', () => {
  it('declares monitors by key and channels by name, with secrets from the environment', () => {
    const text = `
monitors:
  nightly-backup: { schedule: "0 2 * * *", timezone: Europe/Berlin, tags: [db], channels: [ops] }
  sync:
channels:
  ops: { kind: webhook, url: "https://hooks.example/\${HOOK}" }
`;
    expect(parseConfig(text, { HOOK: 'abc' })).toEqual({
      monitors: {
        'nightly-backup': {
          schedule: '0 2 * * *',
          timezone: 'Europe/Berlin',
          tags: ['db'],
          channels: ['ops'],
        },
        sync: {},
      },
      channels: { ops: { kind: 'webhook', url: 'https://hooks.example/abc' } },
    });
    expect(parseConfig('', {})).toEqual({ monitors: {}, channels: {} });
  });

  it('names everything that is wrong at once', () => {
    const faults = faultsOf(`
monitor: {}
monitors:
  a: { schedule: "61 * * * *" }
  b: { interval: 5, channels: [nowhere] }
  c: { graceMs: soon }
channels:
  ops: { kind: webhook, url: "\${MISSING}" }
`);
    expect(faults).toHaveLength(7);
    expect(faults.join('\n')).toContain('monitor is not known');
    expect(faults.join('\n')).toContain('monitors.a: schedule got "61 * * * *"');
    expect(faults.join('\n')).toContain('monitors.b: interval is not known');
    expect(faults.join('\n')).toContain('monitors.c: graceMs got "soon"');
    expect(faults.join('\n')).toContain('the variable MISSING is not set');
    expect(faults.join('\n')).toContain('there is no channel "nowhere"');
  });

  it.each(['monitors: [', 'just text', '- a', 'monitors: 7', 'a: &a [*a]'])(
    'refuses %j',
    (text) => {
      expect(faultsOf(text)).not.toEqual([]);
    },
  );
});

describe('a plan', () => {
  const shown = {
    key: 'a',
    schedule: null,
    intervalMs: 60_000,
    timezone: null,
    graceMs: 1000,
    tags: ['x'],
  };

  it('says what is created, changed, kept and not declared', () => {
    const changes = planChanges(
      {
        a: { intervalMs: 60_000, graceMs: 5000, tags: ['x'] },
        b: { schedule: '0 * * * *' },
        c: { graceMs: 1 },
      },
      [shown, { key: 'c', graceMs: 1 }, { key: 'z' }],
    );
    expect(changes.map(({ key, action }) => `${key} ${action}`)).toEqual([
      'a change',
      'b create',
      'c keep',
      'z undeclared',
    ]);
    expect(renderPlan(changes)).toBe(
      [
        '~ a',
        '    graceMs: 1000 -> 5000',
        '+ b',
        '    timezone: "UTC"',
        '    schedule: "0 * * * *"',
        '    intervalMs: none',
        '? z (not declared, left alone)',
        '1 to create, 1 to change, 1 as declared.',
      ].join('\n'),
    );
  });

  it('sees that a cron expression takes the place of an interval', () => {
    const [change] = planChanges({ a: { schedule: '0 * * * *' } }, [shown]);
    expect(change?.fields.map((field) => field.name)).toEqual([
      'timezone',
      'schedule',
      'intervalMs',
    ]);
  });
});
