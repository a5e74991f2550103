import { describe, expect, it } from 'vitest';
import { isLubdubError } from '../errors.ts';
import { betterStack } from './better-stack.ts';
import { cronitor } from './cronitor.ts';
import { exemplar } from './exemplar.ts';
import { lubdub } from './lubdub.ts';
import { readRoot } from './_options.ts';

const errorOf = (make: () => unknown): Error & { code?: string; option?: string } => {
  try {
    make();
  } catch (error) {
    return error as Error;
  }
  throw new Error('nothing was thrown');
};

describe('the options of providers', () => {
  it('names an option that the provider does not know, and those it does', () => {
    const error = errorOf(() => exemplar({ apikey: 'k' } as never));
    expect(isLubdubError(error, 'ERR_LUBDUB_UNKNOWN_OPTION')).toBe(true);
    expect(error.option).toBe('apikey');
    expect(error.message).toMatch(/apiKey, monitorId, baseUrl, monitors, allowPrivateNetwork/u);
  });

  it('refuses options that are no object', () => {
    const error = errorOf(() => exemplar('hunter2' as never));
    expect(error.message).toMatch(/"exemplar" got a value of type string/u);
    expect(error.message).not.toContain('hunter2');
    expect(errorOf(() => exemplar(undefined as never)).message).toMatch(/got undefined/u);
  });

  for (const [got, value] of Object.entries({
    'an empty string': '',
    'white space': 'hunter2 hunter2',
    'a line break': 'hunter2hunter2\n',
    'a control character': 'hunter2\u0000hunter2',
    'letters that no header takes': 'hunter2\u20ac',
  })) {
    it(`refuses a secret with ${got} and masks it`, () => {
      const error = errorOf(() => cronitor({ apiKey: value }));
      expect(error.message).toMatch(/"apiKey" got/u);
      expect(`${error.message}${error.stack ?? ''}`).not.toContain('hunter2');
    });
  }

  it('takes a secret as a text, a function or a file, and nothing else', () => {
    for (const apiKey of [
      'k',
      () => 'k',
      () => Promise.resolve('k'),
      { file: '/run/secrets/key' },
    ]) {
      expect(exemplar({ apiKey }).secrets).toEqual({ apiKey });
    }
    expect(errorOf(() => exemplar({ apiKey: 424_242 as never })).message).not.toContain('424242');
    for (const apiKey of [undefined, null, 42, {}, { file: '' }, { file: 1 }]) {
      expect(errorOf(() => exemplar({ apiKey: apiKey as never })).message).toMatch(/"apiKey" got/u);
    }
  });

  it('takes what process.env gives, and names the option whose variable is not set', () => {
    expect(errorOf(() => exemplar({ apiKey: process.env['LUBDUB_NOT_SET'] })).message).toMatch(
      /"apiKey" got undefined/u,
    );
    const monitors = { backup: process.env['LUBDUB_NOT_SET'] };
    expect(errorOf(() => betterStack({ monitors })).message).toMatch(
      /"monitors\.backup" got undefined/u,
    );
    expect(lubdub({ apiKey: process.env['LUBDUB_NOT_SET'] }).secrets).toBeUndefined();
  });

  it('keeps the path of a root as a prefix and drops slashes at the end', () => {
    expect(readRoot('baseUrl', 'https://h.example.com/', 'x')).toBe('https://h.example.com');
    expect(readRoot('baseUrl', 'https://h.example.com/a/b//', 'x')).toBe(
      'https://h.example.com/a/b',
    );
    expect(readRoot('baseUrl', 'https://h.example.com/a/../b', 'x')).toBe(
      'https://h.example.com/b',
    );
    expect(readRoot('baseUrl', undefined, 'https://fallback.example.com')).toBe(
      'https://fallback.example.com',
    );
  });

  for (const value of [
    'h.example.com',
    'ftp://h.example.com',
    'https://h.example.com/?token=hunter2',
    'https://h.example.com/#hunter2',
    'https://h.example.com\\@hunter2.example.com',
    'https://h.example.com/\thunter2',
    ' https://h.example.com',
    'https://user:hunter2@h.example.com',
    'https://hunter2@h.example.com',
    '',
  ]) {
    it(`refuses the root ${JSON.stringify(value)} and shows no part of it`, () => {
      const error = errorOf(() => lubdub({ baseUrl: value }));
      expect(error.message).toMatch(/"baseUrl" got/u);
      expect(error.message).not.toContain('hunter2');
    });
  }
});

describe('declared monitors', () => {
  const declare = (monitor: unknown) =>
    errorOf(() => lubdub({ monitors: { sync: monitor } as never }));

  it('names the field that is wrong', () => {
    expect(declare(42).option).toBe('monitors.sync');
    expect(declare('').option).toBe('monitors.sync');
    expect(declare(null).option).toBe('monitors.sync');
    expect(declare({ cron: '* * * * *' }).option).toBe('monitors.sync.cron');
    expect(declare({ schedule: '' }).option).toBe('monitors.sync.schedule');
    expect(declare({ graceMs: -1 }).option).toBe('monitors.sync.graceMs');
    expect(declare({ intervalMs: Number.NaN }).option).toBe('monitors.sync.intervalMs');
    expect(declare({ timezone: 'Europe/Atlantis' }).option).toBe('monitors.sync.timezone');
    expect(declare({ schedule: '* * * * *', intervalMs: 1 }).message).toMatch(
      /both schedule and intervalMs/u,
    );
    expect(errorOf(() => lubdub({ monitors: [] as never })).option).toBe('monitors');
  });

  it('shows no id, since it may be the secret', () => {
    const error = errorOf(() => betterStack({ monitors: { sync: 'hunter2\n' } }));
    expect(error.message).toMatch(/"monitors\.sync".*token/u);
    expect(error.message).not.toContain('hunter2');
  });

  it('does not take the properties of every object for monitors', () => {
    const provider = exemplar({ apiKey: 'k', monitors: {} });
    expect(provider.checkMonitor?.('constructor', {})).toMatch(/24 hexadecimal/u);
  });
});
