import { readFileSync } from 'node:fs';
import { createServer as createHttpServer, type RequestListener } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import { type AddressInfo, createServer as createNetServer, type Server } from 'node:net';

/** A server that does one thing wrong, and when each request reached it. */
export interface FaultServer {
  readonly url: string;
  readonly arrivedMs: readonly number[];
  close(): Promise<void>;
}

const listen = (server: Server): Promise<number> =>
  new Promise((resolve) =>
    server.listen(0, '127.0.0.1', () => resolve((server.address() as AddressInfo).port)),
  );

const closing = (server: Server, sockets: Set<{ destroy(): void }>) => (): Promise<void> => {
  for (const socket of sockets) socket.destroy();
  return new Promise((resolve) => server.close(() => resolve()));
};

const track = (server: Server): Set<{ destroy(): void }> => {
  const sockets = new Set<{ destroy(): void }>();
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.on('close', () => sockets.delete(socket));
  });
  return sockets;
};

/** Answers requests by `listener`. */
export const httpFault = async (listener: RequestListener): Promise<FaultServer> => {
  const arrivedMs: number[] = [];
  const server = createHttpServer((request, response) => {
    arrivedMs.push(performance.now());
    request.resume();
    listener(request, response);
  });
  const sockets = track(server);
  return {
    url: `http://127.0.0.1:${await listen(server)}/`,
    arrivedMs,
    close: closing(server, sockets),
  };
};

/** Answers raw bytes to whatever comes, then ends or hangs. */
export const rawFault = async (
  answer: string,
  then: 'end' | 'reset' | 'hang',
): Promise<FaultServer> => {
  const arrivedMs: number[] = [];
  const server = createNetServer((socket) => {
    socket.on('data', () => {
      arrivedMs.push(performance.now());
      if (then === 'reset' && answer === '') socket.resetAndDestroy();
      else
        socket.write(answer, () => {
          if (then === 'end') socket.end();
          else if (then === 'reset') socket.resetAndDestroy();
        });
    });
  });
  const sockets = track(server);
  return {
    url: `http://127.0.0.1:${await listen(server)}/`,
    arrivedMs,
    close: closing(server, sockets),
  };
};

/** An address where nobody listens: a port that no system gives away by itself, unlike one that was given back. */
export const refusedUrl = 'http://127.0.0.1:2/';

/** An HTTPS server with a certificate that nobody trusts. */
export const untrustedFault = async (): Promise<FaultServer> => {
  const read = (name: string): string =>
    readFileSync(new URL(`../fixtures/${name}`, import.meta.url), 'utf8');
  const options = { key: read('untrusted-key.pem'), cert: read('untrusted-certificate.pem') };
  const server = createHttpsServer(options, (_request, response) => response.end());
  const sockets = track(server);
  server.on('tlsClientError', () => undefined);
  return {
    url: `https://localhost:${await listen(server)}/`,
    arrivedMs: [],
    close: closing(server, sockets),
  };
};
