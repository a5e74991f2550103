import type { Flip, MonitorState, Outage, TimelineSegment } from '../model.ts';
import type { Machine } from './machine.ts';

/** What a monitor shows at a moment, also when the evaluator has not come round yet. */
export const statusAt = (
  machine: Pick<Machine, 'health' | 'openRuns' | 'expectedMs' | 'deadline'>,
  nowMs: number,
): MonitorState => {
  const { health, deadline } = machine;
  if (health === 'paused' || health === 'down' || health === 'stuck') return health;
  if (deadline !== null && deadline.atMs <= nowMs)
    return deadline.cause === 'stuck' ? 'stuck' : 'down';
  if (machine.openRuns.length > 0) return 'running';
  if (machine.expectedMs !== null && machine.expectedMs <= nowMs) return 'late';
  return health;
};

/**
 * Puts a monitor's flips and the evaluator's own outages together to stretches without gaps.
 * @param flips oldest first, the last one before `fromMs` included
 */
export const buildTimeline = (
  createdMs: number,
  flips: readonly Flip[],
  outages: readonly Outage[],
  fromMs: number,
  toMs: number,
): readonly TimelineSegment[] => {
  const segments: TimelineSegment[] = [];
  let open: Omit<TimelineSegment, 'toMs'> = { fromMs: createdMs, state: 'new', text: null };
  for (const flip of flips) {
    if (flip.voidedMs !== null) continue;
    push(segments, { ...open, toMs: flip.atMs }, fromMs, toMs);
    open = { fromMs: flip.atMs, state: flip.to, text: flip.text };
  }
  push(segments, { ...open, toMs }, fromMs, toMs);
  return outages.reduce(cutOut, segments);
};

const push = (
  segments: TimelineSegment[],
  segment: TimelineSegment,
  fromMs: number,
  toMs: number,
): void => {
  const cut = {
    ...segment,
    fromMs: Math.max(segment.fromMs, fromMs),
    toMs: Math.min(segment.toMs, toMs),
  };
  if (cut.toMs <= cut.fromMs) return;
  const before = segments.at(-1);
  // a voided failure leaves two healthy stretches side by side
  if (before !== undefined && before.state === cut.state && before.toMs === cut.fromMs) {
    segments[segments.length - 1] = { ...before, toMs: cut.toMs };
  } else {
    segments.push(cut);
  }
};

const cutOut = (segments: TimelineSegment[], outage: Outage): TimelineSegment[] => {
  const result: TimelineSegment[] = [];
  for (const segment of segments) {
    const fromMs = Math.max(segment.fromMs, outage.fromMs);
    const toMs = Math.min(segment.toMs, outage.toMs);
    if (toMs <= fromMs || segment.state === 'paused') {
      result.push(segment);
      continue;
    }
    if (segment.fromMs < fromMs) result.push({ ...segment, toMs: fromMs });
    result.push({ fromMs, toMs, state: 'unknown', text: 'the monitor itself was not running' });
    if (toMs < segment.toMs) result.push({ ...segment, fromMs: toMs });
  }
  return result;
};
