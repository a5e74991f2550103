import { describe, expect, it } from 'vitest';
import { createFetchTransport, type FetchLike } from './fetch.ts';
import type { TransportResult } from './transport.ts';

const sendBy = (fetch: FetchLike, url = 'https://plain.example/'): Promise<TransportResult> =>
  new Promise((resolve) =>
    createFetchTransport({ fetch }).send(
      { method: 'POST', url, headers: {}, body: '{}', timeoutMs: 60_000 },
      resolve,
    ),
  );

const failing =
  (error: unknown): FetchLike =>
  async () => {
    throw error;
  };

/** An error as `fetch` throws it: what happened is the cause, or its cause. */
const thrown = (cause: object, deep: boolean): FetchLike =>
  failing(new TypeError('fetch failed', { cause: deep ? new Error('outer', { cause }) : cause }));

describe('a fetch that fails', () => {
  it.each([
    [{ code: 'ENOTFOUND' }, 'dns', false],
    [{ code: 'EAI_AGAIN' }, 'dns', false],
    [{ code: 'ECONNREFUSED' }, 'refused', false],
    [{ name: 'ConnectionRefused' }, 'refused', false],
    [{ code: 'ERR_LUBDUB_ADDRESS_REFUSED' }, 'address-refused', false],
    [{ code: 'CERT_HAS_EXPIRED' }, 'tls', false],
    [{ code: 'HPE_INVALID_VERSION' }, 'protocol', true],
    [{ code: 'UND_ERR_SOCKET' }, 'reset', true],
    [{ code: 'EHOSTUNREACH' }, 'network', true],
    [{}, 'network', true],
  ])('with the cause %j is a failure: %s, perhaps sent: %s', async (cause, reason, sent) => {
    for (const deep of [false, true])
      expect(await sendBy(thrown(cause, deep))).toEqual({
        kind: 'failure',
        reason,
        message: `the request failed: ${reason}`,
        sent,
      });
  });

  it.each([[null], ['text'], [7]])('by throwing %o is one too', async (error) => {
    expect(await sendBy(failing(error))).toMatchObject({
      kind: 'failure',
      reason: 'network',
    });
  });
});

it('tells a redirect that a browser hides as what it is', async () => {
  const hidden = Object.assign(Object.create(new Response('')) as Response, {});
  Object.defineProperties(hidden, {
    type: { value: 'opaqueredirect' },
    status: { value: 0 },
    headers: { value: new Headers() },
    body: { value: null },
  });
  expect(await sendBy(async () => hidden)).toMatchObject({
    kind: 'response',
    status: 302,
  });
});

it.each([
  ['https://user:word@plain.example/'],
  ['https://user@plain.example/'],
  ['https://:word@plain.example/'],
  ['http://plain.example/'],
  ['plain.example'],
])('asks for nothing at %s', async (url) => {
  let asked = 0;
  const fetch = async (): Promise<Response> => {
    asked += 1;
    return new Response('');
  };
  const result = await sendBy(fetch, url);
  expect([result.kind, asked]).toEqual(['failure', 0]);
  expect(JSON.stringify(result)).not.toContain('word');
});
