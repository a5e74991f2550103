import { PingRecord } from '../ping/record.ts';
import type { Redactor } from '../ping/redact.ts';
import { randomUuid } from '../ping/uuid.ts';
import { encodeLine, type PingLine } from './format.ts';
import type { KeyNames } from './key-names.ts';
import type { SpoolFolder } from './spool-folder.ts';
import type { SpoolItem } from './spool-item.ts';

/** What turns work into lines without secrets. */
export interface LineMaker {
  readonly names: KeyNames;
  readonly redactor: Redactor;
}

const cleanJson = (json: string | undefined, redactor: Redactor): string | undefined => {
  if (json === undefined || redactor.text(json) === json) return json;
  try {
    return JSON.stringify(redactor.data(JSON.parse(json)));
  } catch {
    return undefined;
  }
};

const cleanText = (text: string | undefined, redactor: Redactor): string | undefined =>
  text === undefined ? undefined : redactor.text(text);

/** A ping that waits to be written. */
export class PingItem implements SpoolItem {
  declare folder: SpoolFolder;
  declare seq: number;
  declare ping: PingRecord;
  declare readonly maker: LineMaker;
  declare replaces: number | undefined;

  constructor(ping: PingRecord, maker: LineMaker) {
    this.ping = ping;
    this.maker = maker;
    this.replaces = undefined;
  }

  text(seq: number): string {
    const { ping, maker } = this;
    const { redactor, names } = maker;
    const line: PingLine = {
      t: 'r',
      n: seq,
      i: ping.id,
      ...names.fields(ping.key),
      s: ping.state,
      w: ping.timestampMs,
      r: ping.runId,
      m: cleanText(ping.message, redactor),
      j: cleanJson(ping.metadataJson, redactor),
      d: ping.durationMs,
      e: ping.exitCode,
      g: cleanText(ping.groupKey, redactor),
      q: ping.metrics,
      y: cleanText(ping.reason, redactor),
      c: ping.count > 1 ? ping.count : undefined,
      x: this.replaces,
    };
    return encodeLine(line);
  }
}

/** A run that is open. */
export class RunItem implements SpoolItem {
  declare folder: SpoolFolder;
  declare seq: number;
  declare replaces: undefined;
  declare readonly key: string;
  declare readonly runId: () => string;
  declare readonly wallMs: number;
  declare readonly maker: LineMaker;
  declare private id: string | undefined;

  constructor(key: string, runId: () => string, wallMs: number, maker: LineMaker) {
    this.replaces = undefined;
    this.id = undefined;
    this.key = key;
    this.runId = runId;
    this.wallMs = wallMs;
    this.maker = maker;
  }

  text(seq: number): string {
    const { key, maker, wallMs } = this;
    // The same one should it be written twice.
    this.id ??= randomUuid();
    return encodeLine({
      t: 'o',
      n: seq,
      i: this.id,
      ...maker.names.fields(key),
      r: this.runId(),
      w: wallMs,
    });
  }
}

/** An event that waits to be written. */
export class EventItem implements SpoolItem {
  declare folder: SpoolFolder;
  declare seq: number;
  declare replaces: undefined;
  declare readonly event: string;
  declare readonly redactor: Redactor;

  constructor(event: string, redactor: Redactor) {
    this.replaces = undefined;
    this.event = event;
    this.redactor = redactor;
  }

  text(seq: number): string {
    return encodeLine({ t: 'e', n: seq, v: cleanJson(this.event, this.redactor) ?? 'null' });
  }
}

/** The ping that a line tells. */
export const pingOf = (line: PingLine, key: string): PingRecord =>
  new PingRecord(
    key,
    line.s,
    line.w,
    {
      runId: line.r,
      message: line.m,
      metadataJson: line.j,
      durationMs: line.d,
      exitCode: line.e,
      groupKey: line.g,
      metrics: line.q,
      reason: line.y,
      count: line.c,
    },
    line.i,
  );

/** Says where an item lies on the disk already. */
export const lyingAt = <Item extends SpoolItem>(
  item: Item,
  folder: SpoolFolder,
  seq: number,
): Item => {
  item.folder = folder;
  item.seq = seq;
  return item;
};
