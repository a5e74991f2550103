import { describe, expect, it, vi } from 'vitest';
import { monitorWorker, withHeartbeat } from '../bullmq.ts';

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

  it('says what to do with the path of a sandboxed processor', () => {
    expect(() => withHeartbeat('k', '/srv/jobs/mail.js' as never)).toThrow(
      /got a path as its handler\. A sandboxed processor is wrapped inside its own file, or watched from outside with monitorWorker/u,
    );
  });
});
