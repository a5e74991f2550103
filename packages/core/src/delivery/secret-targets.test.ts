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
});
