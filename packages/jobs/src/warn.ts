const told = new Set<string>();

/** Tells once in a process what is wrong, as a Node warning with a code: `--trace-warnings` shows where it came from. */
export const warnOnce = (code: string, message: string): void => {
  if (told.has(message)) return;
  if (told.size < 1_000) told.add(message);
  process.emitWarning(message, { type: 'LubdubWarning', code });
};
