import { homedir, tmpdir } from 'node:os';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { stateFolder } from './open-spool.ts';

afterEach(() => {
  vi.unstubAllGlobals();
});

describe('the folder for state', () => {
  it.each([
    ['linux', { HOME: '/home/ada' }, '/home/ada/.local/state/lubdub'],
    ['linux', { HOME: '/home/ada', XDG_STATE_HOME: '/var/state' }, '/var/state/lubdub'],
    ['linux', { HOME: '/home/ada', XDG_STATE_HOME: 'state' }, '/home/ada/.local/state/lubdub'],
    ['linux', { HOME: '/home/ada', LOCALAPPDATA: '/local' }, '/home/ada/.local/state/lubdub'],
    ['darwin', { HOME: '/Users/ada' }, '/Users/ada/Library/Application Support/lubdub'],
    ['win32', { LOCALAPPDATA: '/Users/ada/AppData/Local' }, '/Users/ada/AppData/Local/lubdub'],
    ['win32', {}, `${homedir()}/.local/state/lubdub`],
  ])('is on %s with %j at %s', (platform, environment, expected) => {
    expect(stateFolder(environment, platform)).toBe(expected);
  });

  it.each([[{}], [{ HOME: '' }], [{ HOME: '/' }], [{ HOME: 'relative' }]])(
    'is one of the user under the temporary folder with %j, which is no home',
    (environment) => {
      expect(stateFolder(environment, 'linux')).toBe(`${tmpdir()}/lubdub-${process.getuid?.()}`);
    },
  );

  it('is there too where users have no number', () => {
    vi.stubGlobal('process', { ...process, getuid: undefined });
    expect(stateFolder({}, 'linux')).toBe(`${tmpdir()}/lubdub-user`);
  });
});
