import type { TransportFailure } from './transport.ts';

const reasonOf = (code: string): TransportFailure['reason'] => {
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN' || code.startsWith('EAI_') || code === 'ENODATA')
    return 'dns';
  if (code === 'ECONNREFUSED') return 'refused';
  if (code === 'ECONNRESET' || code === 'EPIPE' || code === 'ECONNABORTED') return 'reset';
  if (code === 'ETIMEDOUT') return 'timeout';
  if (code === 'ERR_LUBDUB_ADDRESS_REFUSED') return 'address-refused';
  if (
    /^(ERR_TLS|ERR_SSL|CERT_|DEPTH_ZERO|UNABLE_TO|SELF_SIGNED|EPROTO)/u.test(code) ||
    code.includes('CERT')
  )
    return 'tls';
  // A URL or a header that cannot be written: it will not get better by trying again.
  if (code.startsWith('ERR_INVALID_')) return 'invalid';
  return code.startsWith('HPE_') ? 'protocol' : 'network';
};

/** What an error of Node's says as a failure. */
export const failureOf = (error: unknown, sent: boolean): TransportFailure => {
  const code = String((error as { code?: unknown } | null)?.code ?? '');
  // Only the code: Node's messages hold addresses and paths.
  const reason = reasonOf(code);
  const known =
    reason === 'address-refused' && error instanceof Error
      ? error.message
      : code || 'unknown error';
  return { kind: 'failure', reason, message: `the request failed: ${known}`, sent };
};

/** An error whose code says that the other side broke HTTP, named as Node's own parser names such. */
export const protocolError = (what: string): Error =>
  Object.assign(new Error('the answer is not HTTP'), { code: `HPE_${what}` });

/** The connection ended before the answer came. */
export const hungUp = (): Error =>
  Object.assign(new Error('the connection ended'), { code: 'ECONNRESET' });
