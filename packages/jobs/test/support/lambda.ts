import { execFileSync } from 'node:child_process';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Child, runChild } from './child.ts';

/** What a handler gets of an invocation. */
interface Invocation {
  readonly id: string;
  readonly event: unknown;
  readonly limitMs: number;
}

/** What the function answered. */
export interface LambdaAnswer {
  readonly kind: 'response' | 'error';
  readonly body: unknown;
}

/** A Lambda: a process that asks the Runtime API for invocations and is frozen whenever there is none. */
export interface Lambda {
  /**
   * One invocation: thaws the process, hands it the event, and freezes it the moment its answer has arrived. Resolves with the
   * answer, and with what `whenFrozen` saw at that moment.
   */
  invoke<Seen>(
    event: unknown,
    options: { readonly limitMs?: number; readonly whenFrozen: () => Seen },
  ): Promise<{ readonly answer: LambdaAnswer; readonly seen: Seen }>;
  /** Hands it an event without waiting for an answer. */
  begin(event: unknown, limitMs: number): void;
  /** As `ps` says: is the process stopped? */
  frozen(): boolean;
  readonly child: Child;
  close(): Promise<void>;
}

const api = '/2018-06-01/runtime';

/** What Lambda's own runtime does with a handler: the documented loop over `next` and `response`. */
const runtimeOf = (address: string, handler: string): string => `
  import { request } from 'node:http';
  ${handler}
  const call = (method, path, body) => new Promise((resolve, reject) => {
    const outgoing = request({ ...${JSON.stringify(address)}.split(':').reduce((host, port) => ({ host, port })), method, path: '${api}' + path }, (incoming) => {
      let text = '';
      incoming.on('data', (part) => { text += part; });
      incoming.on('end', () => resolve({ headers: incoming.headers, text }));
    });
    outgoing.on('error', reject);
    outgoing.end(body);
  });
  for (;;) {
    const { headers, text } = await call('GET', '/invocation/next');
    const id = headers['lambda-runtime-aws-request-id'];
    const deadlineMs = Number(headers['lambda-runtime-deadline-ms']);
    const context = {
      functionName: 'import-orders',
      awsRequestId: id,
      getRemainingTimeInMillis: () => deadlineMs - Date.now(),
    };
    try {
      const result = await handler(JSON.parse(text), context);
      await call('POST', '/invocation/' + id + '/response', JSON.stringify(result ?? null));
    } catch (error) {
      await call('POST', '/invocation/' + id + '/error', JSON.stringify({ errorMessage: error.message, errorType: error.name }));
    }
  }
`;

const bodyOf = async (request: IncomingMessage): Promise<string> => {
  let body = '';
  for await (const part of request.setEncoding('utf8')) body += String(part);
  return body;
};

/**
 * Starts a function in a real process under an emulation of Lambda's public Runtime API. Like the service, it stops the process
 * (SIGSTOP) once an answer has arrived, and lets it go on (SIGCONT) with the next invocation.
 *
 * @param handler the text of a module that makes a `handler`
 */
export const startLambda = async (handler: string): Promise<Lambda> => {
  let waiting: ServerResponse | undefined;
  let next: Invocation | undefined;
  let answered: ((answer: LambdaAnswer) => void) | undefined;
  let invocations = 0;

  const hand = (): void => {
    if (waiting === undefined || next === undefined) return;
    // the time runs from here: starting the process is not charged to the first invocation
    waiting.setHeader('lambda-runtime-aws-request-id', next.id);
    waiting.setHeader('lambda-runtime-deadline-ms', String(Date.now() + next.limitMs));
    waiting.end(JSON.stringify(next.event));
    waiting = undefined;
    next = undefined;
  };
  const server = createServer((request, response) => {
    void bodyOf(request).then((body) => {
      const kind = /\/(response|error)$/u.exec(request.url ?? '')?.[1];
      if (kind === undefined) {
        waiting = response;
        hand();
        return;
      }
      response.statusCode = 202;
      response.end();
      answered?.({ kind: kind as LambdaAnswer['kind'], body: JSON.parse(body) });
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const child = runChild(runtimeOf(`127.0.0.1:${port}`, handler));
  const { pid } = child.process;
  if (pid === undefined) throw new Error('the function did not start');

  const begin = (event: unknown, limitMs: number): void => {
    invocations += 1;
    next = { id: `invocation-${invocations}`, event, limitMs };
    process.kill(pid, 'SIGCONT');
    hand();
  };
  return {
    child,
    begin,
    frozen: () =>
      execFileSync('ps', ['-o', 'stat=', '-p', String(pid)], { encoding: 'utf8' }).startsWith('T'),
    invoke: (event, { limitMs = 30_000, whenFrozen }) =>
      new Promise((resolve, reject) => {
        answered = (answer) => {
          process.kill(pid, 'SIGSTOP');
          answered = undefined;
          resolve({ answer, seen: whenFrozen() });
        };
        void child.ended.then(({ output }) => reject(new Error(`the function ended: ${output}`)));
        begin(event, limitMs);
      }),
    async close() {
      await child.kill();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
};
