const mostRemembered = 1_000;

/** Remembers what a costly function of a text gave, for the last 1,000 texts or so: the same ones come again and again. */
export const remembering = (compute: (text: string) => string): ((text: string) => string) => {
  const known = new Map<string, string>();
  return (text) => {
    const before = known.get(text);
    if (before !== undefined) return before;
    const made = compute(text);
    if (known.size >= mostRemembered) known.clear();
    known.set(text, made);
    return made;
  };
};
