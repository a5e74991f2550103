import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { enoughFor } from '../../test/enough-environment.ts';
import { isLubdubError } from '../errors.ts';
import { variablesOf } from '../providers/_environment.ts';
import { providerEnvironments } from '../providers/registry.ts';
import { readEnvironment } from './read-environment.ts';

const folder = mkdtempSync(join(tmpdir(), 'lubdub-env-'));
afterAll(() => {
  rmSync(folder, { recursive: true });
});

const fileWith = (name: string, text: string): string => {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
};

const errorOf = (
  environment: Record<string, string>,
): Error & { code?: string; option?: string } => {
  try {
    readEnvironment(environment);
  } catch (error) {
    return error as Error;
  }
  throw new Error('nothing was thrown');
};

describe('providers from the environment', () => {
  for (const from of providerEnvironments) {
    const { name } = from;
    it(`makes ${name} from its variables`, () => {
      const [provider] = readEnvironment({ LUBDUB_PROVIDER: name, ...enoughFor(name) }).providers;
      expect(provider?.name).toBe(name);
    });

    it(`names variables for ${name} that nobody else has`, () => {
      const others = providerEnvironments.filter((one) => one.name !== name);
      const taken = new Set(
        others.flatMap((one) => variablesOf(one).map((variable) => variable.name)),
      );
      for (const variable of variablesOf(from)) {
        expect(variable.name).toMatch(/^[A-Z][A-Z0-9_]*$/u);
        expect(taken.has(variable.name)).toBe(false);
      }
    });
  }

  it('makes several, in order, and each once', () => {
    const read = readEnvironment({
      LUBDUB_PROVIDER: 'cronitor, exemplar,cronitor',
      ...enoughFor('cronitor'),
      ...enoughFor('exemplar'),
    });
    expect(read.providers.map((provider) => provider.name)).toEqual(['cronitor', 'exemplar']);
  });

  it('reads monitors, alerts and flags', () => {
    const [provider] = readEnvironment({
      LUBDUB_PROVIDER: 'lubdub',
      LUBDUB_MONITORS: 'backup = b-1, sync=s=1',
      LUBDUB_UPSERT: 'yes',
      LUBDUB_ALLOW_PRIVATE_NETWORK: 'off',
    }).providers;
    expect(provider).toMatchObject({
      monitors: { backup: 'b-1', sync: 's=1' },
      upsertDeclared: true,
    });
    expect(provider?.allowPrivateNetwork).toBeUndefined();
  });

  it('gives a webhook its headers, and masks a wrong one', () => {
    const env = { LUBDUB_PROVIDER: 'webhook', WEBHOOK_URL: 'https://hooks.example.com' };
    const headers = 'Authorization=Bearer abc=, x-team = ops';
    const [provider] = readEnvironment({ ...env, WEBHOOK_HEADERS: headers }).providers;
    expect(provider?.secrets).toEqual({
      'headers.Authorization': 'Bearer abc=',
      'headers.x-team': 'ops',
    });
    const error = errorOf({ ...env, WEBHOOK_HEADERS: 'authorization=hunter2\u0007' });
    expect(error.option).toBe('WEBHOOK_HEADERS');
    expect(error.message).not.toContain('hunter2');
  });

  it('hands a secret file on instead of reading it, so that it can change', () => {
    const path = fileWith('key', 'first');
    const [provider] = readEnvironment({
      LUBDUB_PROVIDER: 'cronitor',
      CRONITOR_API_KEY_FILE: path,
    }).providers;
    expect(provider?.secrets).toEqual({ apiKey: { file: path } });
  });

  it('reads the file of anything that is no secret at once', () => {
    const path = fileWith('url', 'https://monitor.example.com\n');
    const [provider] = readEnvironment({
      LUBDUB_PROVIDER: 'lubdub',
      LUBDUB_BASE_URL_FILE: path,
    }).providers;
    expect(provider?.origins).toEqual(['https://monitor.example.com']);
    const missing = errorOf({
      LUBDUB_PROVIDER: 'lubdub',
      LUBDUB_BASE_URL_FILE: join(folder, 'none'),
    });
    expect(missing.message).toMatch(
      /"LUBDUB_BASE_URL_FILE" got a file that cannot be read \(ENOENT\)/u,
    );
  });

  it('refuses a variable together with its file', () => {
    const error = errorOf({
      LUBDUB_PROVIDER: 'cronitor',
      CRONITOR_API_KEY: 'k',
      CRONITOR_API_KEY_FILE: '/x',
    });
    expect(error.message).toMatch(/"CRONITOR_API_KEY_FILE"/u);
  });

  it('gives two secrets for a rotation', () => {
    const [provider] = readEnvironment({
      LUBDUB_PROVIDER: 'opshift',
      ...enoughFor('opshift'),
    }).providers;
    expect(provider?.secrets).toEqual({ secret: ['a'.repeat(64), 'b'.repeat(64)] });
  });

  it('makes nothing when nothing is set, and nothing when it is disabled', () => {
    expect(readEnvironment({})).toEqual({ providers: [], environment: undefined, disabled: false });
    expect(
      readEnvironment({
        LUBDUB_DISABLED: '1',
        LUBDUB_PROVIDER: 'nonsense',
        LUBDUB_ENVIRONMENT: 'ci',
      }),
    ).toEqual({
      providers: [],
      environment: 'ci',
      disabled: true,
    });
    expect(readEnvironment({ LUBDUB_PROVIDER: '', LUBDUB_DISABLED: '' }).providers).toEqual([]);
  });
});

describe('a wrong environment', () => {
  it('names an unknown provider and every known one', () => {
    const error = errorOf({ LUBDUB_PROVIDER: 'helthchecks' });
    expect(isLubdubError(error, 'ERR_LUBDUB_UNKNOWN_PROVIDER')).toBe(true);
    expect(error.message).toContain('"helthchecks"');
    for (const { name } of providerEnvironments) expect(error.message).toContain(name);
  });

  it('names the missing variable', () => {
    const error = errorOf({ LUBDUB_PROVIDER: 'exemplar' });
    expect(error.message).toMatch(/^Variable EXEMPLAR_API_KEY is missing/u);
    expect(error.option).toBe('EXEMPLAR_API_KEY');
  });

  it('says which variable has the wrong form and never shows the secret', () => {
    const error = errorOf({ LUBDUB_PROVIDER: 'opshift', OPSHIFT_SECRET: 'hunter2hunter2' });
    expect(error.message).toMatch(
      /^Variable OPSHIFT_SECRET: Option "secret" got 14 characters \(masked\)/u,
    );
    expect(error.message.match(/\[ERR_/gu)).toHaveLength(1);
    expect(JSON.stringify([error.message, error.stack])).not.toContain('hunter2');
    const token = errorOf({
      LUBDUB_PROVIDER: 'better-stack',
      BETTER_STACK_MONITORS: 'backup-hunter2',
    });
    expect(token.message).toMatch(/"BETTER_STACK_MONITORS" got an item without "="/u);
    expect(token.message).not.toContain('hunter2');
  });

  it('refuses a flag that is neither yes nor no', () => {
    expect(errorOf({ LUBDUB_DISABLED: 'maybe' }).message).toMatch(/"LUBDUB_DISABLED"/u);
    expect(errorOf({ LUBDUB_PROVIDER: 'lubdub', LUBDUB_UPSERT: 'maybe' }).message).toMatch(
      /"LUBDUB_UPSERT"/u,
    );
  });
});
