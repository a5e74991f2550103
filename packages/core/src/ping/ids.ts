const bare = /^[0-9a-f]{32}$/u;

const isDash = (place: number): boolean =>
  place === 8 || place === 13 || place === 18 || place === 23;

/** Eight, four, four, four and twelve digits. By hand: an expression takes four times as long, and every run asks. */
const isCanonical = (id: string): boolean => {
  if (id.length !== 36) return false;
  for (let place = 0; place < 36; place += 1) {
    const code = id.charCodeAt(place);
    const good = isDash(place)
      ? code === 45
      : (code >= 48 && code <= 57) || (code >= 97 && code <= 102);
    if (!good) return false;
  }
  return true;
};

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
  if (isCanonical(id)) return id;
  const lower = id.toLowerCase();
  if (isCanonical(lower)) return lower;
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
