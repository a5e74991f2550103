import { onTestFinished } from 'vitest';
import type {
  AdapterHarness,
  ContractApp,
  ContractRoute,
  ContractSetup,
  Exchange,
} from './harness.ts';
import { until } from '../eventually.ts';
import { createRecorder, type Recorder } from './recorder.ts';
import { type RawConnection, openRaw } from './wire.ts';

/** An app under test with the pings it made. */
export interface Workbench extends Recorder {
  readonly app: ContractApp;
  /** Opens a connection that is destroyed with the test. */
  open(text: string): Promise<RawConnection>;
  url(path: string): string;
}

/** Starts an app for one test, and ends it with the test. */
export const startBench = async (
  harness: AdapterHarness,
  routes: readonly ContractRoute[],
  setup: Partial<ContractSetup> = {},
  recorder: Recorder = createRecorder(),
): Promise<Workbench> => {
  const app = await harness.start({ client: recorder.client, routes, forcesClose: true, ...setup });
  const connections: RawConnection[] = [];
  onTestFinished(async () => {
    for (const { socket } of connections) socket.destroy();
    await app.close();
    await recorder.client.close(0);
  });
  return {
    ...recorder,
    app,
    url: (path) => `http://127.0.0.1:${app.port}${path}`,
    async open(text) {
      const connection = await openRaw(app.port, text);
      connections.push(connection);
      return connection;
    },
  };
};

/** A handler that answers when it is told to. */
export interface HeldHandler {
  readonly exchanges: readonly Exchange[];
  readonly handle: (exchange: Exchange) => Promise<unknown>;
  /** Resolves when so many requests have come. */
  came(count: number): Promise<void>;
  /** Lets the request of this index go on with `answer`. */
  release(index: number, answer: (exchange: Exchange) => unknown): void;
}

/** Makes a {@link HeldHandler}. */
export const createHeldHandler = (): HeldHandler => {
  const exchanges: Exchange[] = [];
  const waiting: ((answer: (exchange: Exchange) => unknown) => void)[] = [];
  return {
    exchanges,
    async handle(exchange) {
      const index = exchanges.push(exchange) - 1;
      const answer = await new Promise<(exchange: Exchange) => unknown>((resolve) => {
        waiting[index] = resolve;
      });
      return answer(exchange);
    },
    came: (count) => until(() => exchanges.length >= count, `${count} requests`),
    release(index, answer) {
      waiting[index]?.(answer);
    },
  };
};
