import { destinationRefusal } from '../network/policy.ts';
import {
  defaultMaxBodyBytes,
  type Transport,
  type TransportFailure,
  type TransportRequest,
  type TransportResponse,
  type TransportResult,
} from './transport.ts';

/** The part of the standard `fetch` that lubdub uses. */
export type FetchLike = (url: string, init: RequestInit) => Promise<Response>;

const readBody = async (response: Response, most: number): Promise<string> => {
  const reader = response.body?.getReader();
  if (reader === undefined) return '';
  const decoder = new TextDecoder();
  let text = '';
  let bytes = 0;
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) break;
      const room = most - bytes;
      bytes += value.byteLength;
      text += decoder.decode(value.subarray(0, room), { stream: true });
      if (bytes >= most) break;
    }
  } catch {
    // Cut off after the headers: the status is known, and that is what counts.
  }
  reader.cancel().catch(() => undefined);
  return text;
};

const codesOf = (error: unknown): string => {
  const codes: string[] = [];
  for (let at = error, depth = 0; typeof at === 'object' && at !== null && depth < 4; depth += 1) {
    const { code, name, cause } = at as { code?: unknown; name?: unknown; cause?: unknown };
    codes.push(String(code ?? ''), String(name ?? ''));
    at = cause;
  }
  return codes.join(' ');
};

const failureOf = (
  error: unknown,
  request: TransportRequest,
  timedOut: boolean,
): TransportFailure => {
  if (timedOut)
    return {
      kind: 'failure',
      reason: 'timeout',
      message: `no answer within ${request.timeoutMs} ms`,
      sent: true,
    };
  if (request.signal?.aborted === true)
    return { kind: 'failure', reason: 'aborted', message: 'the request was cancelled', sent: true };
  const codes = codesOf(error);
  const is = (pattern: RegExp): boolean => pattern.test(codes);
  const [reason, sent]: readonly [TransportFailure['reason'], boolean] = is(
    /ENOTFOUND|EAI_|ENODATA/u,
  )
    ? ['dns', false]
    : is(/ECONNREFUSED|ConnectionRefused/u)
      ? ['refused', false]
      : is(/ADDRESS_REFUSED/u)
        ? ['address-refused', false]
        : is(/CERT|TLS|SSL|EPROTO/u)
          ? ['tls', false]
          : is(/HPE_|HTTPParser/u)
            ? ['protocol', true]
            : is(/ECONNRESET|EPIPE|UND_ERR_SOCKET|ConnectionReset/u)
              ? ['reset', true]
              : ['network', true];
  return { kind: 'failure', reason, message: `the request failed: ${reason}`, sent };
};

const attempt = async (fetch: FetchLike, request: TransportRequest): Promise<TransportResult> => {
  const controller = new AbortController();
  let timedOut = false;
  const stop = (): void => controller.abort();
  const timer = setTimeout(() => {
    timedOut = true;
    stop();
  }, request.timeoutMs);
  (timer as { unref?: () => void }).unref?.();
  request.signal?.addEventListener('abort', stop, { once: true });
  if (request.signal?.aborted === true) stop();
  try {
    const response = await fetch(request.url, {
      method: request.method,
      headers: { ...request.headers },
      redirect: 'manual',
      signal: controller.signal,
      ...(request.body === undefined ? {} : { body: request.body }),
    });
    const body = await readBody(response, request.maxBodyBytes ?? defaultMaxBodyBytes);
    const answer: TransportResponse = {
      kind: 'response',
      // Browsers hide a redirect that they do not follow behind status 0.
      status: response.type === 'opaqueredirect' ? 302 : response.status,
      headers: Object.fromEntries(response.headers),
      body,
    };
    return answer;
  } catch (error) {
    return failureOf(error, request, timedOut);
  } finally {
    clearTimeout(timer);
    request.signal?.removeEventListener('abort', stop);
  }
};

/** Why the URL alone forbids the request; a fetch looks names up by itself, so their addresses stay unseen. */
const refusalOf = ({ url, allowPrivateNetwork = false }: TransportRequest): string | undefined => {
  if (!URL.canParse(url)) return 'the URL cannot be read';
  const { protocol, hostname, username, password } = new URL(url);
  if (username !== '' || password !== '') return 'the URL has credentials in it';
  return destinationRefusal({ protocol, host: hostname, allowPrivateNetwork })?.message;
};

/** Transport over a `fetch`, for runtimes without node:http, or to hand in one's own. */
export const createFetchTransport = (options: { readonly fetch?: FetchLike } = {}): Transport => {
  const chosen: FetchLike = options.fetch ?? ((url, init) => globalThis.fetch(url, init));
  return {
    name: 'fetch',
    send(request, done) {
      const refusal = refusalOf(request);
      if (refusal !== undefined) {
        const message = `the request failed: ${refusal}`;
        queueMicrotask(() =>
          done({ kind: 'failure', reason: 'address-refused', message, sent: false }),
        );
        return;
      }
      attempt(chosen, request).then(done, () =>
        done({ kind: 'failure', reason: 'network', message: 'the request failed', sent: true }),
      );
    },
    close() {},
  };
};
