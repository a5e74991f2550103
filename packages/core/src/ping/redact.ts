const mask = '[secret]';
const shortest = 4;

/** Replaces configured secrets in anything that leaves lubdub for a person: logs, errors, events, stats. */
export interface Redactor {
  /** Registers a secret. Shorter than 4 characters is not masked: it would mask ordinary words. */
  add(secret: string): void;
  /** The text with each secret, in every spelling that a URL, a header or JSON gives it, replaced by `[secret]`. */
  text(text: string): string;
  /** A deep copy of plain data with every string masked; anything that is not plain data becomes its description. */
  data(value: unknown): unknown;
}

const spellings = (secret: string): string[] => {
  const forms = [secret, JSON.stringify(secret).slice(1, -1)];
  try {
    forms.push(
      encodeURIComponent(secret),
      encodeURI(secret),
      new URLSearchParams({ s: secret }).toString().slice(2),
    );
  } catch {
    // A lone surrogate has no URL spelling.
  }
  return forms;
};

const escape = (text: string): string => text.replaceAll(/[.*+?^${}()|[\]\\/]/gu, String.raw`\$&`);

/** Makes an empty redactor. */
export const createRedactor = (): Redactor => {
  const known = new Set<string>();
  let pattern: RegExp | undefined;
  const text = (input: string): string =>
    pattern === undefined ? input : input.replace(pattern, mask);
  const data = (value: unknown, depth: number): unknown => {
    if (typeof value === 'string') return text(value);
    if (typeof value !== 'object' || value === null)
      return typeof value === 'function' ? '[function]' : value;
    if (depth > 16) return '[too deep]';
    if (Array.isArray(value)) return value.map((item) => data(item, depth + 1));
    return Object.fromEntries(
      Object.entries(value).map(([name, item]) => [text(name), data(item, depth + 1)]),
    );
  };
  return {
    add(secret) {
      if (secret.length < shortest || known.has(secret)) return;
      for (const form of spellings(secret)) known.add(form);
      // Longest first, so that a secret that contains another is masked whole.
      const ordered = [...known].toSorted((a, b) => b.length - a.length);
      pattern = new RegExp(ordered.map(escape).join('|'), 'giu');
    },
    text,
    data: (value) => data(value, 0),
  };
};
