import { describe, expect, it, vi } from 'vitest';
import { monitorWorker, withHeartbeat } from '../bullmq.ts';

const wrap = withHeartbeat as (...given: unknown[]) => unknown;

describe('withHeartbeat of a runner with a default key, given something wrong', () => {
  const job = async (): Promise<number> => 1;

  it.each([
    ['a path', ['k', '/srv/jobs/mail.js'], 'a path'],
    ['a path without a key', ['./mail.mjs'], 'a path'],
    ['a path with options', ['/srv/jobs/mail', {}], 'a path'],
    ['the URL of a file', [new URL('file:///srv/mail.js')], 'a path'],
    ['a URL and a key', ['k', new URL('file:///srv/mail.js')], 'a path'],
    ['a key alone', ['k'], 'undefined'],
    ['an import that is not there', ['k', undefined], 'undefined'],
    ['what the handler returned', ['k', job()], 'a promise'],
    ['an object', ['k', {}], 'a value of type object'],
    ['a key behind the handler', [job, 'k'], 'the string "k"'],
    ['nothing', [], 'undefined'],
  ])('says what it got for a handler: %s', (_what, args, got) => {
    expect(() => wrap(...args)).toThrow(`got ${got} as its handler. It takes the function itself.`);
  });

  it('refuses to wrap twice with the default key, and does not mistake a function for it', () => {
    const twice = expect.objectContaining({ code: 'ERR_LUBDUB_WRAPPED_TWICE' }) as Error;
    const key = (): string => 'k';
    expect(() => wrap(wrap(job))).toThrow(twice);
    expect(() => wrap(wrap(wrap(job), {}), {})).toThrow(/with the default monitor key already/u);
    expect(() => wrap(key, wrap(key, wrap(job)))).not.toThrow();
    const worker = { name: 'w', concurrency: 1, on: vi.fn<() => void>(), off: vi.fn<() => void>() };
    expect(() =>
      monitorWorker({ ...worker, processFn: wrap(key, job) } as never).stop(),
    ).not.toThrow();
    expect(() => monitorWorker({ ...worker, processFn: wrap(job) } as never)).toThrow(twice);
  });
});

describe('monitorWorker given something wrong', () => {
  it.each([
    ['a processor', [async () => 1], 'ERR_LUBDUB_INVALID_OPTION'],
    ['nothing', [], 'ERR_LUBDUB_INVALID_OPTION'],
  ])('throws a typed error for %s', (_what, args, code) => {
    expect(() => (monitorWorker as (...given: unknown[]) => unknown)(...args)).toThrow(
      expect.objectContaining({ code }) as Error,
    );
  });

  it('names the wrong option', () => {
    const worker = { name: 'w', concurrency: 1, on: vi.fn<() => void>(), off: vi.fn<() => void>() };
    for (const options of [
      { failures: 'all' },
      { suspends: 1 },
      { key: '' },
      { key: 1 },
      { maxDurationMs: -1 },
      { client: {} },
      { colour: 'red' },
    ]) {
      expect(() => monitorWorker(worker as never, options as never)).toThrow(
        expect.objectContaining({ name: 'LubdubError' }) as Error,
      );
    }
    expect(worker.on).not.toHaveBeenCalled();
  });

  it('refuses to tell a worker twice with one key, until the first is stopped', () => {
    const worker = { name: 'w', concurrency: 1, on: vi.fn<() => void>(), off: vi.fn<() => void>() };
    const watch = (options = {}): { stop(): void } => monitorWorker(worker, options);
    const twice = expect.objectContaining({ code: 'ERR_LUBDUB_WRAPPED_TWICE' }) as Error;
    const first = watch();
    const keyed = watch({ key: 'k' });
    watch({ key: () => 'k' });
    expect(() => watch()).toThrow(twice);
    expect(() => watch({ key: 'k' })).toThrow(/with the monitor key "k" already/u);
    first.stop();
    keyed.stop();
    expect(() => watch().stop()).not.toThrow();
  });

  it('says what to do with the path of a sandboxed processor', () => {
    expect(() => withHeartbeat('k', '/srv/jobs/mail.js' as never)).toThrow(
      /got a path as its handler\. It takes the function itself\. A sandboxed processor is wrapped inside its own file, or watched from outside with monitorWorker/u,
    );
  });
});
