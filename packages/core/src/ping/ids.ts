const canonical = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/u;
const bare = /^[0-9a-f]{32}$/u;

const dashed = (hex: string): string =>
  `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;

const mix = (text: string, seed: number): number => {
  let hash = seed;
  for (let index = 0; index < text.length; index += 1) {
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x85ebca6b);
    hash = (hash << 13) | (hash >>> 19);
  }
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
};

/**
 * A run id in its canonical form: a UUID in any case, with or without dashes, is itself; any other text is named by a UUID
 * (version 8, the same for the same text) so that every service can take it.
 */
export const canonicalRunId = (id: string): string => {
  const lower = id.toLowerCase();
  if (canonical.test(lower)) return lower;
  if (bare.test(lower)) return dashed(lower);
  const hex = [0x9e3779b9, 0x7f4a7c15, 0xf39cc060, 0x5cedc834]
    .map((seed) =>
      mix(id, seed ^ id.length)
        .toString(16)
        .padStart(8, '0'),
    )
    .join('');
  return dashed(`${hex.slice(0, 12)}8${hex.slice(13, 16)}a${hex.slice(17)}`);
};
