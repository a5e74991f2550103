import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

/** A raw connection that remembers what it received. */
export interface RawConnection {
  readonly socket: Socket;
  readonly received: () => string;
  /** Resolves when the condition holds for what was received. */
  until(condition: (received: string) => boolean): Promise<void>;
}

/** Connects and sends the text at once. */
export const openRaw = async (port: number, text: string): Promise<RawConnection> => {
  const socket = connect({ port, host: '127.0.0.1' });
  let received = '';
  socket.setEncoding('latin1');
  socket.on('data', (chunk: string) => (received += chunk));
  socket.on('error', () => undefined);
  await once(socket, 'connect');
  socket.write(text);
  return {
    socket,
    received: () => received,
    until: (condition) =>
      new Promise((resolve, reject) => {
        const look = (): void => {
          if (condition(received)) resolve();
          else if (socket.closed) reject(new Error(`closed after: ${received.slice(0, 500)}`));
          else return;
          socket.off('data', look).off('close', look);
        };
        socket.on('data', look).on('close', look);
        look();
      }),
  };
};

/** The text of a request. */
export const requestText = (
  method: string,
  path: string,
  headers: Readonly<Record<string, string>> = {},
  body = '',
): string =>
  [
    `${method} ${path} HTTP/1.1`,
    'Host: localhost',
    ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`),
    ...(body === '' ? [] : [`Content-Length: ${Buffer.byteLength(body)}`]),
    '',
    body,
  ].join('\r\n');

/** How many responses are complete in what was received, for responses with `Content-Length`. */
export const countResponses = (received: string): number => {
  let rest = received;
  let count = 0;
  for (;;) {
    const end = rest.indexOf('\r\n\r\n');
    const length = /^content-length: (\d+)$/imu.exec(rest.slice(0, Math.max(0, end)))?.[1];
    if (end === -1 || length === undefined || rest.length < end + 4 + Number(length)) return count;
    rest = rest.slice(end + 4 + Number(length));
    count += 1;
  }
};

/** Sends one request on its own connection and returns everything that came back. */
export const exchangeRaw = async (port: number, text: string): Promise<string> => {
  const { socket, received } = await openRaw(port, text);
  // However it came to that: a reset after the answer is no error here.
  if (!socket.closed) await new Promise((resolve) => socket.once('close', resolve));
  return received();
};
