import type { Provider, ProviderRequest } from '../providers/provider.ts';

/** The two functions of a test runner (vitest, jest, mocha, node:test) that a contract needs. */
export interface ContractRunner {
  readonly describe: (name: string, body: () => void) => void;
  readonly it: (name: string, body: () => void | Promise<void>) => void;
}

/** Throws when the condition does not hold; independent of any runner's assertions. */
export const assert: (condition: boolean, message: string) => asserts condition = (
  condition,
  message,
) => {
  if (!condition) throw new Error(`The provider contract is broken: ${message}.`);
};

/** True when both have the same JSON. */
export const same = (left: unknown, right: unknown): boolean =>
  JSON.stringify(left) === JSON.stringify(right);

const decode = (text: string): string => {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch {
    return text;
  }
};

/** All that a request says, decoded, as one text. */
export const textOfRequest = (request: ProviderRequest): string =>
  [decode(request.url), request.body ?? '', Object.values(request.headers ?? {}).join('\n')].join(
    '\n',
  );

// oxlint-disable-next-line no-control-regex -- finding control characters is the purpose
const control = /[\u0000-\u001f\u007f]/u;

/** Throws unless the request goes to one of the provider's roots and is well formed. */
export const checkRequest = (request: ProviderRequest, provider: Provider): void => {
  assert(URL.canParse(request.url), 'the URL is not absolute');
  assert(
    !control.test(request.url) && !/[\s\\]/u.test(request.url),
    'the URL has white space or control characters in it',
  );
  const url = new URL(request.url);
  assert(url.username === '' && url.password === '', 'the URL has credentials in it');
  assert(url.hash === '', 'the URL has a fragment');
  assert(
    provider.origins.some((root) => url.href.startsWith(new URL(root).href)),
    'the URL leaves the declared roots',
  );
  for (const [name, value] of Object.entries(request.headers ?? {})) {
    assert(/^[a-z0-9-]+$/u.test(name), `header name "${name}" is not in lower case`);
    assert(typeof value === 'string' && !control.test(value), `header ${name} is no clean text`);
  }
  if (request.method === 'GET') assert(request.body === undefined, 'a GET has a body');
  if (request.headers?.['content-type']?.includes('/json') === true) {
    assert(request.body !== undefined, 'it says JSON and has no body');
    JSON.parse(request.body);
  }
};
