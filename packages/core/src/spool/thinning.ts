import { encodeLine, type PingLine, type RecordLine } from './format.ts';

/** At which level a record goes: 1 logs, 2 starts, 3 successes and events, 5 the rest; 4 merges fails. */
const levelOf = (line: RecordLine): number => {
  if (line.t === 'e') return 3;
  if (line.t === 'o') return 5;
  return { log: 1, start: 2, success: 3, fail: 5 }[line.s];
};

/** A record that is left out. */
interface Gone {
  readonly line: RecordLine;
  /** Another one tells it. */
  readonly merged: boolean;
}

const mergedFails = (
  lines: readonly RecordLine[],
  held: (line: RecordLine) => boolean,
): { readonly kept: RecordLine[]; readonly gone: Gone[] } => {
  const newest = new Map<string, PingLine>();
  const gone: Gone[] = [];
  const kept: RecordLine[] = [];
  for (const line of lines) {
    if (line.t !== 'r' || line.s !== 'fail' || held(line)) {
      kept.push(line);
      continue;
    }
    const group = JSON.stringify([line.k, line.h]);
    const before = newest.get(group);
    if (before !== undefined) gone.push({ line: before, merged: true });
    newest.set(group, {
      ...line,
      c: (line.c ?? 1) + (before?.c ?? (before === undefined ? 0 : 1)),
    });
  }
  return { kept: [...kept, ...newest.values()], gone };
};

/** The text of a segment without what has to go at a level, and what that is. `held`: also in memory, so it is not lost. */
export const thinned = (
  lines: readonly RecordLine[],
  level: number,
  held: (line: RecordLine) => boolean,
): { readonly text: string; readonly gone: readonly Gone[] } => {
  const gone: Gone[] = [];
  let kept = lines.filter((line) => {
    if (levelOf(line) > level) return true;
    gone.push({ line, merged: false });
    return false;
  });
  if (level === 4) {
    const merged = mergedFails(kept, held);
    ({ kept } = merged);
    gone.push(...merged.gone);
  }
  return { text: kept.map(encodeLine).join(''), gone };
};
