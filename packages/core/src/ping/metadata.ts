import { wellFormed } from './text.ts';

/** The most that a ping's metadata may weigh before any provider is asked, in characters of JSON. */
export const maxMetadataLength = 262_144;

const maxDepth = 16;
const maxNodes = 20_000;
const maxString = 65_536;

interface Walk {
  readonly open: Set<object>;
  nodes: number;
}

const readProperty = (source: object, name: string, walk: Walk, depth: number): unknown => {
  try {
    return plain((source as Record<string, unknown>)[name], walk, depth);
  } catch {
    return '[threw]';
  }
};

const plainObject = (source: object, walk: Walk, depth: number): unknown => {
  if (Array.isArray(source))
    return source
      .slice(0, maxNodes)
      .map((_, index) => readProperty(source, String(index), walk, depth) ?? null);
  if (source instanceof Map)
    return plainObject(
      Object.fromEntries([...source].map(([name, value]) => [String(name), value])),
      walk,
      depth,
    );
  if (source instanceof Set) return plainObject([...source], walk, depth);
  if (source instanceof Error)
    return { name: String(source.name), message: wellFormed(String(source.message)) };
  const result: Record<string, unknown> = Object.create(null) as Record<string, unknown>;
  for (const name of Object.keys(source)) {
    const value = readProperty(source, name, walk, depth);
    if (value !== undefined) result[wellFormed(name)] = value;
  }
  return result;
};

const plain = (value: unknown, walk: Walk, depth: number): unknown => {
  walk.nodes += 1;
  if (walk.nodes > maxNodes) return '[too large]';
  switch (typeof value) {
    case 'string':
      return wellFormed(value.length > maxString ? value.slice(0, maxString) : value);
    case 'number':
      return Number.isFinite(value) ? value : String(value);
    case 'boolean':
      return value;
    case 'bigint':
      return value.toString();
    case 'object':
      break;
    default:
      return undefined;
  }
  if (value === null) return null;
  if (walk.open.has(value)) return '[circular]';
  if (depth >= maxDepth) return '[too deep]';
  walk.open.add(value);
  try {
    const converted: unknown =
      typeof (value as { toJSON?: unknown }).toJSON === 'function'
        ? (value as { toJSON(): unknown }).toJSON()
        : value;
    return typeof converted === 'object' &&
      converted !== null &&
      (converted === value || !walk.open.has(converted))
      ? plainObject(converted, walk, depth + 1)
      : plain(converted, walk, depth + 1);
  } finally {
    walk.open.delete(value);
  }
};

/** Plain values only, so that JSON has them as they are. */
const flat = (source: object): boolean => {
  if (Object.getPrototypeOf(source) !== Object.prototype) return false;
  for (const name in source) {
    const value = (source as Record<string, unknown>)[name];
    if (
      typeof value === 'string'
        ? value.length > 1_024
        : typeof value !== 'boolean' && !Number.isFinite(value)
    )
      return false;
  }
  return true;
};

/** The usual case; undefined for what wants a closer look: a getter that throws, a lone surrogate (JSON has it escaped). */
const quick = (source: object): string | undefined => {
  try {
    const text = flat(source) ? JSON.stringify(source) : undefined;
    return text?.includes('\\ud') === true ? undefined : text;
  } catch {
    return undefined;
  }
};

/**
 * Serialises metadata to JSON text of one object, whatever it holds: cycles, depth over 16, BigInt, throwing getters and
 * `toJSON`, invalid Unicode are replaced by a marker; anything that is not an object becomes `{"value": …}`.
 * Returns undefined for undefined, for an empty object and when not even that worked. Never throws.
 */
export const serialiseMetadata = (value: unknown): string | undefined => {
  if (value === undefined) return undefined;
  try {
    const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
    const text =
      (isObject ? quick(value) : undefined) ??
      JSON.stringify(plain(isObject ? value : { value }, { open: new Set(), nodes: 0 }, 0));
    if (text === '{}' || !text.startsWith('{')) return undefined;
    return text.length <= maxMetadataLength
      ? text
      : JSON.stringify({ truncated: true, length: text.length });
  } catch {
    return JSON.stringify({ unserialisable: true });
  }
};
