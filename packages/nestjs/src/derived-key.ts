const words = (text: string): string =>
  text
    .replaceAll(/([\p{Ll}\d])(\p{Lu})/gu, '$1-$2')
    .replaceAll(/(\p{Lu})(\p{Lu}\p{Ll})/gu, '$1-$2')
    .replaceAll(/[^\p{L}\p{N}]+/gu, '-')
    .replaceAll(/^-+|-+$/g, '')
    .toLowerCase();

/** A method's name as text: a symbol's description, a private name without its `#`. */
export const methodText = (method: string | symbol): string =>
  typeof method === 'symbol' ? (method.description ?? 'symbol') : method;

/**
 * The monitor key that is derived from a class and a method, in kebab case: `SessionCleanup.removeExpired` becomes
 * `session-cleanup-remove-expired`.
 */
export const derivedKey = (className: string, method: string | symbol): string =>
  [words(className), words(methodText(method))].filter((part) => part !== '').join('-') ||
  'anonymous';

/** Name of the class of an object, or of the class itself for a static method. */
export const classNameOf = (self: unknown): string => {
  if (typeof self === 'function') return self.name;
  const made = (self as { constructor?: unknown } | null | undefined)?.constructor;
  return typeof made === 'function' && made !== Object ? made.name : '';
};
