import { connect, createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { pipeline } from 'node:stream';

/** A port that stays while what is behind it comes and goes. */
export interface Forwarder {
  /** `http://127.0.0.1:<port>`. */
  readonly url: string;
  /** Where new connections lead from now on; without a port they are cut. */
  lead(port?: number): void;
  close(): Promise<void>;
}

/** Listens on a free port of the loopback address. */
export const startForwarder = async (): Promise<Forwarder> => {
  let target: number | undefined;
  const server = createServer((socket) => {
    if (target === undefined) {
      socket.destroy();
      return;
    }
    const behind = connect(target, '127.0.0.1');
    // What breaks on one side ends the other.
    pipeline(socket, behind, () => {});
    pipeline(behind, socket, () => {});
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    lead: (port) => {
      target = port;
    },
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
};
