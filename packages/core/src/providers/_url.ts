/** Adds the parameters that have a value to a URL without a query. Values are percent-encoded, space as `%20`. */
export const withQuery = (
  url: string,
  parameters: Readonly<Record<string, string | number | undefined>>,
): string => {
  const pairs = Object.entries(parameters).flatMap(([name, value]) =>
    value === undefined ? [] : [`${name}=${encodeURIComponent(value)}`],
  );
  return pairs.length === 0 ? url : `${url}?${pairs.join('&')}`;
};

/** Milliseconds as seconds, with thousandths. */
export const toSeconds = (milliseconds: number): number => Math.round(milliseconds) / 1_000;

/** A canonical UUID. */
export const uuidForm: RegExp = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/iu;
