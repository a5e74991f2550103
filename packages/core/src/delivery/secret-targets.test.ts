import { describe, expect, it } from 'vitest';
import { createRedactor } from '../ping/redact.ts';
import { betterStack } from '../providers/better-stack.ts';
import { cronitor } from '../providers/cronitor.ts';
import { healthchecks } from '../providers/healthchecks.ts';
import type { Provider } from '../providers/provider.ts';
import { steadycron } from '../providers/steadycron.ts';
import { SecretTargets } from './secret-targets.ts';

const uuid = '3f0a9d8e-6b1c-4f2d-9a7e-1c2b3d4e5f60';

const shown = (provider: Provider, key: string, text: string): string => {
  const redactor = createRedactor();
  new SecretTargets([provider], redactor).see(key);
  return redactor.text(text);
};

describe('ids that are secrets', () => {
  it('are masked when they are declared', () => {
    expect(
      shown(betterStack({ monitors: { backup: 'token-1234' } }), 'backup', 'backup is token-1234'),
    ).toBe('backup is [secret]');
  });

  it('are masked when a key is its own id', () => {
    expect(shown(betterStack(), 'token-1234', 'token-1234')).toBe('[secret]');
  });

  it('are told from slugs, which are none', () => {
    const provider = healthchecks({
      pingKey: 'ping-key-1',
      monitors: { backup: 'nightly-backup', other: uuid },
    });
    expect(shown(provider, 'sync-job', `sync-job nightly-backup ${uuid}`)).toBe(
      'sync-job nightly-backup [secret]',
    );
  });

  it('are not the keys that are looked up, nor those of a service whose ids are none', () => {
    expect(shown(steadycron({ apiKey: 'sc_ro_1' }), 'nightly-backup', 'nightly-backup')).toBe(
      'nightly-backup',
    );
    expect(shown(cronitor({ apiKey: 'cronitor-key' }), 'nightly-backup', 'nightly-backup')).toBe(
      'nightly-backup',
    );
  });

  it('are none where a declared monitor has no id of its own, until its key is used', () => {
    const redactor = createRedactor();
    const targets = new SecretTargets(
      [betterStack({ monitors: { 'token-1234': { intervalMs: 60_000 } } })],
      redactor,
    );
    expect(redactor.text('token-1234')).toBe('token-1234');
    targets.see('token-1234');
    expect(redactor.text('token-1234')).toBe('[secret]');
  });

  it('are masked once each, the first thousand of those that are made up', () => {
    const added: string[] = [];
    const redactor = { ...createRedactor(), add: (text: string) => void added.push(text) };
    const targets = new SecretTargets([betterStack(), betterStack()], redactor);
    for (let index = 0; index < 1_500; index += 1)
      for (const key of ['token-0', `token-${index}`]) targets.see(key);
    expect(added).toHaveLength(2_000);
    expect(new Set(added).size).toBe(1_000);
  });
});
