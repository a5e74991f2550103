import { crc32 } from 'node:zlib';

/** Version of the format, the first thing in every segment. */
export const formatVersion = 1;

/** The first line of a segment. */
export const headerLine: string = `lubdub-spool ${formatVersion}\n`;

/** The version that a segment's text says it has; undefined when it is none of ours, or its beginning only. */
export const versionOf = (text: string): number | undefined => {
  const [, version] = /^lubdub-spool (\d{1,9})\n/u.exec(text) ?? [];
  return version === undefined ? undefined : Number(version);
};

/** A ping. Fields are short: a busy process writes many. */
export interface PingLine {
  readonly t: 'r';
  readonly n: number;
  readonly i: string;
  /** The key; where it is itself a secret, `h` has its hash instead. */
  readonly k?: string | undefined;
  readonly h?: string | undefined;
  readonly s: 'start' | 'success' | 'fail' | 'log';
  readonly w: number;
  readonly r?: string | undefined;
  readonly m?: string | undefined;
  readonly j?: string | undefined;
  readonly d?: number | undefined;
  readonly e?: number | undefined;
  readonly g?: string | undefined;
  readonly q?: Readonly<Record<string, number>> | undefined;
  readonly y?: string | undefined;
  readonly c?: number | undefined;
  /** The record that this one replaces. */
  readonly x?: number | undefined;
}

/** A request analytics event. */
export interface EventLine {
  readonly t: 'e';
  readonly n: number;
  readonly v: string;
}

/** A run that is open; acknowledged when it ends. */
export interface RunLine {
  readonly t: 'o';
  readonly n: number;
  /** Id of the ping that tells its loss, so that telling it twice is seen. */
  readonly i: string;
  readonly k?: string | undefined;
  readonly h?: string | undefined;
  readonly r: string;
  readonly w: number;
}

/** Records that need not be kept any more. */
export interface AckLine {
  readonly t: 'a';
  readonly a: readonly number[];
}

/** What a record of work says. */
export type RecordLine = PingLine | EventLine | RunLine;

/** What a line says. */
export type SpoolLine = RecordLine | AckLine;

const checksum = (text: string): string => crc32(text).toString(16).padStart(8, '0');

/** One line: the CRC-32 of the JSON in 8 hex digits, a space, the JSON. */
export const encodeLine = (line: SpoolLine): string => {
  const text = JSON.stringify(line);
  return `${checksum(text)} ${text}\n`;
};

/** Reads one line; undefined when it is damaged. */
export const decodeLine = (text: string): SpoolLine | undefined => {
  if (text.length < 11 || text[8] !== ' ') return undefined;
  const json = text.slice(9);
  if (checksum(json) !== text.slice(0, 8)) return undefined;
  try {
    return JSON.parse(json) as SpoolLine;
  } catch {
    return undefined;
  }
};

/** What one segment holds. */
export interface SegmentText {
  readonly lines: readonly SpoolLine[];
  /** Damaged lines, left out. */
  readonly corrupt: number;
}

/** Reads a segment, skipping what is damaged. */
export const readSegmentText = (text: string): SegmentText => {
  const lines: SpoolLine[] = [];
  let corrupt = versionOf(text) === undefined ? 1 : 0;
  for (let from = text.indexOf('\n') + 1; from < text.length;) {
    const end = text.indexOf('\n', from);
    const stop = end === -1 ? text.length : end;
    if (stop > from) {
      const line = decodeLine(text.slice(from, stop));
      if (line === undefined) corrupt += 1;
      else lines.push(line);
    }
    from = stop + 1;
  }
  return { lines, corrupt };
};
