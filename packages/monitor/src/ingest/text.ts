/**
 * Makes a text storable: no NUL (PostgreSQL has no place for it), no half surrogates, at most `maxBytes` of UTF-8. The end
 * is kept, because that is where a job says what went wrong.
 */
export const cleanText = (text: string, maxBytes: number): string => {
  const clean = text.replaceAll('\0', '\uFFFD').toWellFormed();
  if (clean.length * 3 <= maxBytes) return clean;
  const bytes = Buffer.from(clean);
  if (bytes.length <= maxBytes) return clean;
  let start = bytes.length - maxBytes;
  // never begin inside a character
  while (start < bytes.length && ((bytes[start] ?? 0) & 0xc0) === 0x80) start += 1;
  return bytes.subarray(start).toString('utf8');
};

const uuidForm = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** True for a UUID with dashes. */
export const isUuid = (text: string): boolean => uuidForm.test(text);

/** 32 hexadecimal digits as a UUID with dashes, which is how runs are named here; `null` for anything else. */
export const uuidFromHex = (text: string): string | null =>
  /^[0-9a-f]{32}$/i.test(text)
    ? text.toLowerCase().replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')
    : null;

/** What is wrong with a monitor's key, or `null`: 1 to 256 characters, none of them a control character. */
export const findKeyFault = (key: unknown): string | null => {
  if (typeof key !== 'string') return 'key takes a string';
  if (key === '' || key.length > 256) return 'key takes 1 to 256 characters';
  // oxlint-disable-next-line no-control-regex -- they are what is looked for
  if (/[\u0000-\u001F\u007F-\u009F\u2028\u2029]/.test(key) || !key.isWellFormed()) {
    return 'key takes no control characters';
  }
  return null;
};
