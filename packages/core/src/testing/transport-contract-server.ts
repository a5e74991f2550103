import { createServer, type IncomingHttpHeaders, type RequestListener } from 'node:http';
import {
  type AddressInfo,
  createServer as createNetServer,
  type Server,
  type Socket,
} from 'node:net';
import type { Transport, TransportRequest, TransportResult } from '../transport/transport.ts';

/** A request as the contract's server received it. */
export interface Arrived {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** A server of the contract, on a free port of 127.0.0.1. */
export interface ContractServer {
  readonly url: string;
  readonly arrived: readonly Arrived[];
  close(): Promise<void>;
}

const listening = async (server: Server, arrived: readonly Arrived[]): Promise<ContractServer> => {
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.on('close', () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    arrived,
    close: () => {
      for (const socket of sockets) socket.destroy();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
};

/** Answers every request, read in full, by `listener`. */
export const httpServer = (listener: RequestListener): Promise<ContractServer> => {
  const arrived: Arrived[] = [];
  const server = createServer((request, response) => {
    let body = '';
    request.setEncoding('utf8');
    request.on('data', (part: string) => (body += part));
    request.on('end', () => {
      const { method = '', url = '', headers } = request;
      arrived.push({ method, url, headers, body });
      listener(request, response);
    });
  });
  return listening(server, arrived);
};

/** Does with each connection, once bytes came in, what `handler` says. */
export const rawServer = (handler: (socket: Socket) => void): Promise<ContractServer> => {
  const arrived: Arrived[] = [];
  const server = createNetServer((socket) => {
    socket.once('data', (bytes: Buffer) => {
      arrived.push({ method: '', url: '', headers: {}, body: bytes.toString('latin1') });
      handler(socket);
    });
  });
  return listening(server, arrived);
};

/** An address where nobody listens: a port that no system gives away by itself, unlike one that was given back. */
export const nobody = 'http://127.0.0.1:2';

/** A request to `url` with the contract's defaults. */
export const requestTo = (url: string, more: Partial<TransportRequest> = {}): TransportRequest => ({
  method: 'POST',
  url,
  headers: {},
  body: '{}',
  timeoutMs: 60_000,
  ...more,
});

/** Sends once; rejects when `done` is called synchronously or, within two turns, twice. */
export const sendOnce = (
  transport: Transport,
  request: TransportRequest,
): Promise<TransportResult> =>
  new Promise((resolve, reject) => {
    let calls = 0;
    let returned = false;
    transport.send(request, (result) => {
      calls += 1;
      if (!returned)
        reject(new Error('The transport contract is broken: done was called synchronously.'));
      if (calls > 1) reject(new Error('The transport contract is broken: done was called twice.'));
      setImmediate(() => setImmediate(() => resolve(result)));
    });
    returned = true;
  });
