import type { CaptureErrors } from './run-options.ts';

const mostText = 100_000;

const property = (error: object, name: 'name' | 'message' | 'stack'): string => {
  try {
    const value: unknown = (error as Record<string, unknown>)[name];
    return typeof value === 'string' ? value : '';
  } catch {
    return '';
  }
};

/** The text of an error as far as the user lets it be sent; undefined: nothing. Never throws, whatever was thrown. */
export const errorText = (error: unknown, capture: CaptureErrors): string | undefined => {
  if (capture === false || error === undefined) return undefined;
  let text: string;
  if (typeof error === 'object' && error !== null) {
    const name = property(error, 'name');
    const message = property(error, 'message');
    const stack = capture === 'stack' ? property(error, 'stack') : '';
    text = stack || [name, message].filter((part) => part !== '').join(': ') || 'a thrown object';
  } else {
    try {
      text = String(error);
    } catch {
      text = 'a thrown value';
    }
  }
  return text.slice(0, mostText);
};
