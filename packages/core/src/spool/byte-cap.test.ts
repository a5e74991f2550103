import { describe, expect, it } from 'vitest';
import { MemoryDisk, ProcessDisk } from '../../test/support/memory-disk.ts';
import { createManualClock } from '../testing/manual-clock.ts';
import { encodeLine, type PingLine, type RecordLine } from './format.ts';
import type { SpoolFolder } from './spool-folder.ts';
import { Spool } from './spool.ts';

// The least that a folder may have, whatever the option says.
const capBytes = 131_072;
const padding = 'x'.repeat(900);

type Kind = PingLine['s'] | 'event' | 'run';

interface World {
  readonly spool: Spool;
  readonly dropped: string[];
  /** Writes so many of a kind and leaves them to the disk. */
  readonly write: (kind: Kind, count: number, key?: string) => void;
  readonly bytes: () => number;
  /** What the next process finds. */
  readonly left: () => readonly RecordLine[];
}

const lineOf = (kind: Kind, n: number, key: string): RecordLine => {
  const i = `${kind}-${n}`;
  if (kind === 'event') return { t: 'e', n, v: JSON.stringify({ i, padding }) };
  if (kind === 'run') return { t: 'o', n, i, k: key, r: i + padding, w: 0 };
  return { t: 'r', n, i, k: key, s: kind, w: 0, m: padding };
};
const kindOf = (line: RecordLine): string =>
  line.t === 'r' ? line.s : line.t === 'e' ? 'event' : 'run';

const open = (): World => {
  const clock = createManualClock();
  const disk = new MemoryDisk();
  const dropped: string[] = [];
  let made = 0;
  const make = (receive: (line: RecordLine) => 'later' | 'taken'): Spool => {
    const spool = new Spool({
      disk: new ProcessDisk(disk, () => clock.wallMs()),
      clock,
      root: '/spool',
      directory: '/spool/provider',
      maxBytes: capBytes,
      flushMs: 0,
      newId: () => String((made += 1)).padStart(32, '0'),
      warn: (text) => expect(text).toBe(''),
    });
    spool.start({ receive, dropped: (line) => dropped.push(kindOf(line)) });
    return spool;
  };
  const spool = make(() => 'later');
  return {
    spool,
    dropped,
    write(kind, count, key = 'job') {
      for (let index = 0; index < count; index += 1) {
        const item = {
          folder: undefined as unknown as SpoolFolder,
          seq: 0,
          replaces: undefined,
          text: (n: number) => encodeLine(lineOf(kind, n, key)),
        };
        spool.append(item);
        spool.flushNow();
        item.folder.keep(item.seq);
      }
    },
    bytes: () => disk.files().reduce((sum, [, { text }]) => sum + text.length, 0),
    left() {
      spool.close();
      const lines: RecordLine[] = [];
      make((line) => {
        lines.push(line);
        return 'taken';
      });
      return lines;
    },
  };
};

const counts = (kinds: readonly string[]): Record<string, number> => {
  const all: Record<string, number> = {};
  for (const kind of kinds) all[kind] = (all[kind] ?? 0) + 1;
  return all;
};

describe('a spool that reaches its byte cap', () => {
  it('stays under it, whatever comes', () => {
    const { write, bytes } = open();
    for (const kind of ['fail', 'log', 'success', 'event', 'start', 'run', 'fail'] as const) {
      write(kind, 100, `${kind}-job`);
      // One record more than the cap may be there until it is looked at again.
      expect(bytes()).toBeLessThanOrEqual(capBytes + 2_000);
    }
  });

  it('drops logs first, then starts, then successes and events; open runs and fails last', () => {
    const { write, dropped, left } = open();
    const order = [['log'], ['start'], ['success', 'event'], ['run', 'fail']];
    for (let index = 0; index < 20; index += 1)
      for (const kind of ['log', 'start', 'success', 'event', 'run'] as const) write(kind, 1);
    for (let index = 0; index < 120; index += 1) write('fail', 1, `job-${index}`);
    const levels = dropped.map((kind) => order.findIndex((level) => level.includes(kind)));
    expect(levels).toEqual(levels.toSorted((one, other) => one - other));
    expect(counts(dropped)).toMatchObject({ log: 20, start: 20, success: 20, event: 20 });
    // The oldest of the last go, the newest are there.
    const fails = left().filter((line) => line.t === 'r');
    expect(fails.at(-1)?.k).toBe('job-119');
  });

  it('drops a log of now rather than a success of long ago', () => {
    const { write, dropped, left } = open();
    write('success', 60);
    write('log', 120);
    expect(new Set(dropped)).toEqual(new Set(['log']));
    expect(left().filter((line) => kindOf(line) === 'success')).toHaveLength(60);
  });

  it('merges the fails of one monitor, with their count, before it drops one', () => {
    const { write, dropped, left } = open();
    write('fail', 1, 'rare');
    write('fail', 400, 'often');
    expect(dropped).toEqual([]);
    const fails = left() as PingLine[];
    const countOf = (key: string): number =>
      fails.filter(({ k }) => k === key).reduce((sum, { c = 1 }) => sum + c, 0);
    expect([countOf('rare'), countOf('often')]).toEqual([1, 400]);
    expect(fails.length).toBeLessThan(200);
    // The newest of them stands for all.
    expect(fails.at(-1)?.i).toBe('fail-400');
  });

  it('forgets what is done before it drops what is not', () => {
    const { spool, write, dropped, left } = open();
    for (let index = 0; index < 300; index += 1) {
      const item = {
        folder: undefined as unknown as SpoolFolder,
        seq: 0,
        replaces: undefined,
        text: (n: number) => encodeLine(lineOf('success', n, 'done')),
      };
      spool.append(item);
      spool.flushNow();
      item.folder.acknowledge(item.seq);
      if (index % 10 === 0) write('log', 1, 'open');
    }
    expect(dropped).toEqual([]);
    expect(left()).toHaveLength(30);
  });
});
