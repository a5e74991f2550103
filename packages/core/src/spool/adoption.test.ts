import { describe, expect, it } from 'vitest';
import { MemoryDisk, ProcessDisk } from '../../test/support/memory-disk.ts';
import { createManualClock } from '../testing/manual-clock.ts';
import type { SpoolDisk } from './disk.ts';
import { encodeLine } from './format.ts';
import type { SpoolFolder } from './spool-folder.ts';
import { Spool } from './spool.ts';

const clock = createManualClock();

/** Spools of several processes in one folder; each hands out what it adopted. */
const shared = () => {
  const disk = new MemoryDisk();
  const warnings: string[] = [];
  let made = 0;
  const open = (name: string, seen: (own: SpoolDisk) => SpoolDisk = (own) => own) => {
    const taken: string[] = [];
    const own = new ProcessDisk(disk, () => clock.wallMs());
    const spool = new Spool({
      disk: seen(own),
      clock,
      root: '/spool',
      directory: '/spool/provider',
      maxBytes: 1_000_000_000,
      flushMs: 100,
      newId: () => `${name}${(made += 1)}`.padStart(32, '0'),
      warn: (text) => warnings.push(text),
    });
    const start = (): void =>
      spool.start({
        receive: (line) => {
          if (line.t === 'r') taken.push(line.i);
          return 'taken';
        },
        dropped: () => undefined,
      });
    return { spool, own, taken, start };
  };
  return { disk, warnings, open };
};

const note = (spool: Spool, id: string): void =>
  spool.append({
    folder: undefined as unknown as SpoolFolder,
    seq: 0,
    replaces: undefined,
    text: (n) => encodeLine({ t: 'r', n, i: id, k: 'job', s: 'fail', w: 0 }),
  });

type Step = 'inspect' | 'list' | 'read' | 'open' | 'rename';

/** A process's disk that calls back once around its first step of a kind at such a path: others act in that moment. */
const around =
  (step: Step, at: RegExp, when: 'before' | 'after', act: () => void) =>
  (own: SpoolDisk): SpoolDisk => {
    let done = false;
    const real = (own[step] as (...all: unknown[]) => unknown).bind(own);
    const watched = (path: string, ...more: unknown[]): unknown => {
      const now = !done && at.test(path);
      done ||= now;
      if (now && when === 'before') act();
      const result = real(path, ...more);
      if (now && when === 'after') act();
      return result;
    };
    return new Proxy(own, {
      get: (target, name) => {
        const value: unknown = Reflect.get(target, name);
        if (name === step) return watched;
        return typeof value === 'function' ? (value.bind(target) as unknown) : value;
      },
    });
  };

/** A folder in which somebody who is gone has left `ping-1`. */
const orphaned = async () => {
  const world = shared();
  const dead = world.open('a');
  note(dead.spool, 'ping-1');
  dead.spool.flushNow();
  await clock.advance(40_000);
  return world;
};

describe('the folder of a process that is gone', () => {
  it.each([
    ['looks at the folder', 'inspect', /o-0+a1$/u],
    ['looks at its lease', 'inspect', /o-0+a1\/lease$/u],
    ['reads its version', 'list', /o-0+a1$/u],
    ['reads a segment', 'read', /o-0+a1\/.*seg$/u],
    ['signs it', 'open', /o-0+a1\/lease$/u],
    ['renames it', 'rename', /o-0+a1$/u],
  ] as const)(
    'is taken over by one of two, without a warning, when another comes as one of them %s',
    async (_when, step, at) => {
      const { disk, warnings, open } = await orphaned();
      const faster = open('b');
      const late = open('c', around(step, at, 'before', faster.start));
      late.start();
      expect([...faster.taken, ...late.taken]).toEqual(['ping-1']);
      expect(warnings).toEqual([]);
      expect(disk.files().filter(([path]) => path.endsWith('/lease'))).toHaveLength(1);
    },
  );

  it('bears a fresh lease as soon as it has the name of its new owner', async () => {
    const { open } = await orphaned();
    const third = open('d');
    const winner = open('b', around('rename', /o-0+a1$/u, 'after', third.start));
    winner.start();
    expect([winner.taken, third.taken]).toEqual([['ping-1'], []]);
  });
});
