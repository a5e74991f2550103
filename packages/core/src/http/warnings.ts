import { errorDocsUrl, type ErrorCode } from '../errors.ts';

/** Tells one thing once. */
export type WarnOnce = (code: ErrorCode, message: string) => void;

/** Makes a {@link WarnOnce}: a process warning with the code and the page about it, once per code. */
export const createWarnOnce = (): WarnOnce => {
  const told = new Set<string>();
  return (code, message) => {
    if (told.has(code)) return;
    told.add(code);
    process.emitWarning(message, { type: 'LubdubWarning', code, detail: errorDocsUrl(code) });
  };
};
