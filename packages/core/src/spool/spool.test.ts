import { describe, expect, it } from 'vitest';
import { MemoryDisk, ProcessDisk } from '../../test/support/memory-disk.ts';
import { createManualClock } from '../testing/manual-clock.ts';
import { encodeLine, headerLine, type RecordLine } from './format.ts';
import type { SpoolFolder } from './spool-folder.ts';
import type { SpoolItem } from './spool-item.ts';
import { Spool, type SpoolReceiver } from './spool.ts';

type Answer = ReturnType<SpoolReceiver['receive']>;

/** Long after it everybody who was alive then is taken for dead, milliseconds. */
const longMs = 40_000;
const scanMs = 12_000;

/** Spools of several processes in one folder. */
const shared = () => {
  const clock = createManualClock();
  const disk = new MemoryDisk();
  const warnings: string[] = [];
  let made = 0;
  const open = (answer: (line: RecordLine) => Answer = () => 'taken') => {
    const taken: string[] = [];
    const spool = new Spool({
      disk: new ProcessDisk(disk, () => clock.wallMs()),
      clock,
      root: '/spool',
      directory: '/spool/provider',
      maxBytes: 1_000_000,
      flushMs: 0,
      newId: () => String((made += 1)).padStart(32, '0'),
      warn: (text) => warnings.push(text),
    });
    const start = (): void =>
      spool.start({
        receive(line) {
          const said = answer(line);
          if (line.t === 'r' && said === 'taken') taken.push(line.i);
          return said;
        },
        dropped: () => undefined,
      });
    return { spool, taken, start };
  };
  const note = (spool: Spool, id: string): SpoolItem => {
    const item: SpoolItem = {
      folder: undefined as unknown as SpoolFolder,
      seq: 0,
      replaces: undefined,
      text: (n) => encodeLine({ t: 'r', n, i: id, k: 'job', s: 'fail', w: 0 }),
    };
    spool.append(item);
    return item;
  };
  /** Leaves these pings behind, as a process does that says good-bye. */
  const leave = (...ids: readonly string[]): void => {
    const { spool } = open();
    for (const id of ids) note(spool, id);
    spool.close();
  };
  const put = (path: string, text: string, kind: 'file' | 'folder' = 'file'): void =>
    void disk.nodes.set(path, { kind, text, modifiedMs: clock.wallMs() });
  const folders = (): readonly string[] =>
    [...disk.nodes]
      .filter(([path, { kind }]) => kind === 'folder' && path.split('/').length === 4)
      .map(([path]) => path.split('/').at(-1) ?? '');
  return { clock, disk, warnings, open, note, leave, put, folders };
};

const id = (end: string): string => end.padStart(32, '0');

describe('what others left', () => {
  it.each([
    ['with its lease', true],
    ['without one', false],
  ])('in the middle of making a folder is removed when it is old, %s', async (_name, leased) => {
    const { clock, open, put, folders, warnings } = shared();
    put('/spool/provider', '', 'folder');
    put(`/spool/provider/t-${id('a')}`, '', 'folder');
    if (leased) put(`/spool/provider/t-${id('a')}/lease`, '');
    open().start();
    expect(folders()).toEqual([`t-${id('a')}`]);
    await clock.advance(longMs);
    open().start();
    expect([folders(), warnings]).toEqual([[], []]);
  });

  it('under another name is nobody’s business', async () => {
    const { clock, open, put, folders } = shared();
    put('/spool/provider', '', 'folder');
    for (const name of ['notes', 't-1', `x-${id('a')}`])
      put(`/spool/provider/${name}`, '', 'folder');
    put(`/spool/provider/o-${id('f')}`, 'a file');
    await clock.advance(longMs);
    open().start();
    expect(folders()).toEqual(['notes', 't-1', `x-${id('a')}`]);
  });

  it('in a format of another version is left alone, and counted', async () => {
    const { clock, open, put, folders } = shared();
    put('/spool/provider', '', 'folder');
    put(`/spool/provider/o-${id('a')}`, '', 'folder');
    put(`/spool/provider/o-${id('a')}/00000001.seg`, 'lubdub-spool 2\nwhatever\n');
    const { spool, taken, start } = open();
    start();
    await clock.advance(scanMs);
    expect([folders(), taken, spool.stats().foreign]).toEqual([[`o-${id('a')}`], [], 1]);
  });

  it('in the middle of being made smaller is taken whole, and the rest of that removed', () => {
    const { disk, open, leave } = shared();
    leave('ping-1');
    const [path = ''] = [...disk.nodes.keys()].filter((name) => name.endsWith('.seg'));
    disk.nodes.set(`${path}.tmp`, { kind: 'file', text: headerLine, modifiedMs: 0 });
    const { taken, start } = open();
    start();
    expect(taken).toEqual(['ping-1']);
    expect(disk.files().filter(([name]) => name.endsWith('.tmp'))).toEqual([]);
  });
});

describe('a record that is only on the disk', () => {
  it('is removed when there is nothing to do for it', async () => {
    const { clock, open, leave, folders } = shared();
    leave('ping-1', 'ping-2');
    const { spool, start } = open(() => 'done');
    start();
    await clock.settle();
    spool.close();
    const next = open();
    next.start();
    expect([next.taken, folders()]).toEqual([[], []]);
  });

  it('is offered again where there was no room, in its order', () => {
    const { open, leave } = shared();
    leave('ping-1', 'ping-2', 'ping-3');
    let room = 1;
    const { spool, taken, start } = open(() => ((room -= 1) >= 0 ? 'taken' : 'later'));
    start();
    expect([taken, spool.hasStored, spool.stats().stored]).toEqual([['ping-1'], true, 2]);
    room = 1;
    spool.feed();
    expect(taken).toEqual(['ping-1', 'ping-2']);
    room = 5;
    spool.feed();
    expect([taken, spool.hasStored]).toEqual([['ping-1', 'ping-2', 'ping-3'], false]);
  });

  it('that nobody here knows is left to others, until its key is named', async () => {
    const { clock, open, leave, folders } = shared();
    leave('ping-1');
    const before = folders();
    let known = false;
    const { spool, taken, start } = open(() => (known ? 'taken' : 'unknown'));
    start();
    await clock.advance(scanMs);
    known = true;
    await clock.advance(scanMs);
    expect([taken, folders().length, before.length]).toEqual([[], 1, 1]);
    spool.reconsider();
    await clock.advance(scanMs);
    expect(taken).toEqual(['ping-1']);
  });

  it('is not given out before there is a receiver, nor after the end', () => {
    const { open, leave, note, warnings } = shared();
    leave('ping-1');
    const { spool, taken, start } = open();
    spool.feed();
    expect(taken).toEqual([]);
    note(spool, 'ping-2');
    spool.close();
    spool.close();
    start();
    spool.feed();
    expect([taken, spool.usable, spool.flushNow(), warnings]).toEqual([[], false, false, []]);
    const next = open();
    next.start();
    expect(next.taken.toSorted()).toEqual(['ping-1', 'ping-2']);
  });
});
