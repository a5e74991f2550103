import type { DiskHandle, SpoolDisk } from '../../src/spool/disk.ts';

interface Node {
  kind: 'folder' | 'file';
  text: string;
  modifiedMs: number;
}

interface PendingWrite {
  readonly node: Node;
  readonly text: string;
  readonly done: (error: unknown) => void;
}

const failure = (code: string): Error => Object.assign(new Error(code), { code });

/** A file system in memory that processes share: it can be full, read-only and damaged. */
export class MemoryDisk {
  readonly nodes: Map<string, Node> = new Map();
  /** Characters that still fit; a write that does not is cut off. */
  room: number = Number.POSITIVE_INFINITY;
  readOnly = false;

  constructor() {
    this.nodes.set('/spool', { kind: 'folder', text: '', modifiedMs: 0 });
  }

  /** Every file, for looking at. */
  files(): readonly (readonly [string, Node])[] {
    return [...this.nodes].filter(([, { kind }]) => kind === 'file');
  }

  write(node: Node, text: string): void {
    if (this.readOnly) throw failure('EROFS');
    const fits = Math.max(0, Math.min(text.length, this.room));
    node.text += text.slice(0, fits);
    this.room -= fits;
    if (fits < text.length) throw failure('ENOSPC');
  }

  node(path: string): Node {
    const found = this.nodes.get(path);
    if (found === undefined) throw failure('ENOENT');
    return found;
  }
}

/** The disk as one process has it: with files open and writes on their way, until it is killed. */
export class ProcessDisk implements SpoolDisk {
  readonly #disk: MemoryDisk;
  readonly #wallMs: () => number;
  readonly #open = new Map<DiskHandle, Node>();
  #pending: PendingWrite[] = [];
  #handles = 0;

  constructor(disk: MemoryDisk, wallMs: () => number) {
    this.#disk = disk;
    this.#wallMs = wallMs;
  }

  inspect(path: string): ReturnType<SpoolDisk['inspect']> {
    const node = this.#disk.nodes.get(path);
    if (node === undefined) return undefined;
    const { kind, modifiedMs, text } = node;
    return { kind, modifiedMs, size: text.length, mine: true, worldWritable: false };
  }

  list(path: string): readonly string[] {
    this.#disk.node(path);
    return [...this.#disk.nodes.keys()]
      .filter((name) => name.startsWith(`${path}/`) && !name.slice(path.length + 1).includes('/'))
      .map((name) => name.slice(path.length + 1));
  }

  makeFolder(path: string): void {
    this.#writable();
    const above = path.slice(0, path.lastIndexOf('/'));
    if (above !== '' && !this.#disk.nodes.has(above)) this.makeFolder(above);
    const node: Node = { kind: 'folder', text: '', modifiedMs: this.#wallMs() };
    if (!this.#disk.nodes.has(path)) this.#disk.nodes.set(path, node);
  }

  open(path: string): DiskHandle {
    this.#writable();
    let node = this.#disk.nodes.get(path);
    if (node === undefined) {
      this.#disk.node(path.slice(0, path.lastIndexOf('/')));
      node = { kind: 'file', text: '', modifiedMs: this.#wallMs() };
      this.#disk.nodes.set(path, node);
    }
    this.#handles += 1;
    this.#open.set(this.#handles, node);
    return this.#handles;
  }

  append(handle: DiskHandle, text: string, done: (error: unknown) => void): void {
    this.#pending.push({ node: this.#node(handle), text, done });
  }

  appendNow(handle: DiskHandle, text: string): void {
    this.#disk.write(this.#node(handle), text);
  }

  close(handle: DiskHandle): void {
    this.#open.delete(handle);
  }

  read(path: string): string {
    return this.#disk.node(path).text;
  }

  rename(from: string, to: string): void {
    this.#writable();
    this.#disk.node(from);
    for (const [path, node] of [...this.#disk.nodes]) {
      if (path !== from && !path.startsWith(`${from}/`)) continue;
      this.#disk.nodes.delete(path);
      this.#disk.nodes.set(to + path.slice(from.length), node);
    }
  }

  removeFile(path: string): void {
    this.#writable();
    this.#disk.room += this.#disk.node(path).text.length;
    this.#disk.nodes.delete(path);
  }

  removeFolder(path: string): void {
    this.#writable();
    if (this.list(path).length > 0) throw failure('ENOTEMPTY');
    this.#disk.nodes.delete(path);
  }

  touch(path: string, wallMs: number): void {
    this.#writable();
    this.#disk.node(path).modifiedMs = wallMs;
  }

  /** Lets the writes that are on their way arrive; true when there were any. */
  arrive(): boolean {
    const pending = this.#pending;
    this.#pending = [];
    for (const { node, text, done } of pending) {
      let error: unknown;
      try {
        this.#disk.write(node, text);
      } catch (thrown) {
        error = thrown;
      }
      done(error);
    }
    return pending.length > 0;
  }

  /** The process is killed: of what is on its way, so many characters arrive. */
  kill(characters: number): void {
    for (const { node, text } of this.#pending) {
      try {
        this.#disk.write(node, text.slice(0, characters % (text.length + 1)));
      } catch {
        // The disk is full as well.
      }
    }
    this.#pending = [];
    this.#open.clear();
  }

  #node(handle: DiskHandle): Node {
    const node = this.#open.get(handle);
    if (node === undefined) throw failure('EBADF');
    return node;
  }

  #writable(): void {
    if (this.#disk.readOnly) throw failure('EROFS');
  }
}
