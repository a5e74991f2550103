import { describe, expect, it } from 'vitest';
import { MemoryDisk, ProcessDisk } from '../../test/support/memory-disk.ts';
import type { SpoolDisk } from './disk.ts';
import { SpoolHealth } from './folder-check.ts';

const healthOn = (changes: Partial<SpoolDisk> = {}) => {
  const disk: SpoolDisk = Object.assign(new ProcessDisk(new MemoryDisk(), () => 0), changes);
  const warnings: string[] = [];
  const warn = (message: string): void => {
    warnings.push(message);
  };
  return {
    warnings,
    health: new SpoolHealth({ disk, root: '/spool', directory: '/spool/p', warn }),
  };
};

describe('a spool whose folder failed', () => {
  it.each([
    [{ code: 'EACCES' }, 'is not writable'],
    [{ code: 'EROFS' }, 'is not writable'],
    [{ code: 'ENOSPC' }, 'is on a full disk'],
    [{ code: 'EDQUOT' }, 'is on a full disk'],
    [{ code: 'EFBIG' }, 'takes no larger file; raise the limit of this process'],
    [{ code: 'ENOTDIR' }, 'lies under a file'],
    [{ code: 'EIO' }, 'cannot be used (EIO)'],
    [new Error('no code'), 'cannot be used (unknown error)'],
    [null, 'cannot be used (unknown error)'],
    [undefined, 'cannot be used.'],
  ])('with %o is warned of once, with what to do: %s', (error, text) => {
    const { health, warnings } = healthOn();
    health.failed(error);
    health.failed({ code: 'EIO' });
    expect(warnings).toHaveLength(1);
    expect(warnings[0]).toContain(`"/spool/p" ${text}`);
    expect(warnings[0]).toContain('ERR_LUBDUB_SPOOL_UNUSABLE');
  });

  it('names the folder above where that is what cannot be looked at', () => {
    const { health, warnings } = healthOn({
      inspect() {
        throw Object.assign(new Error('no'), { code: 'EPERM' });
      },
    });
    expect(health.usable()).toBe(false);
    expect(warnings.join()).toContain('"/spool" is not writable');
  });
});
