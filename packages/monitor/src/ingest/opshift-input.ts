import type { Metadata } from '../model.ts';
import { BodyError } from '../schema/validate.ts';
import type { IncomingAlert, Severity } from '../store/alert-store.ts';
import { cleanText } from './text.ts';

const maxMetadataBytes = 102_400;
const maxDepth = 10;

/** A ping's body that its schema has let through. */
export interface OpshiftPingBody {
  readonly status?: 'up' | 'down' | null;
  readonly reason?: string | null;
  readonly group_key?: string | null;
  readonly metadata?: Metadata | null;
}

/** An alert's body that its schema has let through. */
export interface OpshiftAlertBody {
  readonly title: string;
  readonly severity?: Severity | null;
  readonly description?: string | null;
  readonly group_key?: string | null;
  readonly metadata?: Metadata | null;
}

/** Parses a body that is signed. @throws BodyError */
export const parseOpshiftBody = (body: unknown): unknown => {
  if (!Buffer.isBuffer(body) || body.length === 0) return {};
  try {
    return JSON.parse(body.toString('utf8'));
  } catch {
    throw new BodyError('Invalid JSON body');
  }
};

const depthOf = (value: unknown, limit: number): number => {
  if (typeof value !== 'object' || value === null || limit === 0) return 0;
  let deepest = 0;
  for (const inner of Object.values(value)) deepest = Math.max(deepest, depthOf(inner, limit - 1));
  return deepest + 1;
};

/** A schema has no words for depth and size. */
const checkMetadata = (metadata: Metadata): Metadata => {
  if (depthOf(metadata, maxDepth + 1) > maxDepth)
    throw new BodyError(`metadata must be at most ${maxDepth} levels deep`);
  if (Buffer.byteLength(JSON.stringify(metadata)) > maxMetadataBytes)
    throw new BodyError('metadata must be at most 100 KB');
  return metadata;
};

const shared = (
  groupKey: string | null | undefined,
  metadata: Metadata | null | undefined,
): { readonly groupKey?: string; readonly metadata?: Metadata } => ({
  ...(groupKey == null ? {} : { groupKey: cleanText(groupKey, 800) }),
  ...(metadata == null ? {} : { metadata: checkMetadata(metadata) }),
});

/** What a ping says beside its state. @throws BodyError */
export const readOpshiftPing = (
  body: OpshiftPingBody,
): { readonly message?: string; readonly groupKey?: string; readonly metadata?: Metadata } => ({
  ...(body.reason == null ? {} : { message: cleanText(body.reason, 800) }),
  ...shared(body.group_key, body.metadata),
});

/** An alert as it is stored. @throws BodyError */
export const readOpshiftAlert = (body: OpshiftAlertBody): IncomingAlert => ({
  title: cleanText(body.title, 800),
  severity: body.severity ?? 'sev2',
  ...(body.description == null ? {} : { description: cleanText(body.description, 8000) }),
  ...shared(body.group_key, body.metadata),
});
