import { sendByAgent } from './agent-exchange.ts';
import { Exchange } from './exchange.ts';
import { type NodeTransportOptions, RouteCache } from './node-route.ts';
import { Pool } from './pool.ts';
import { headOf } from './request-text.ts';
import type { Transport } from './transport.ts';

const defaultMaxSockets = 64;

/**
 * Transport over node:net and node:tls with kept-alive connections that never hold the process; over node:http where an agent
 * was handed in. Refuses addresses that its request does not open, whatever name leads to them.
 */
export const createNodeTransport = (options: NodeTransportOptions = {}): Transport => {
  const { agent, maxSockets = defaultMaxSockets, tls } = options;
  const routes = new RouteCache(options);
  const pool = new Pool(maxSockets, tls);
  return {
    name: 'node-http',
    send(request, done) {
      const exchange = new Exchange(request, done);
      if (request.signal?.aborted === true) {
        exchange.cancel();
        return;
      }
      try {
        const route = routes.of(request);
        if (route.refusal !== undefined) throw route.refusal;
        if (agent !== undefined) {
          sendByAgent(exchange, route, agent, tls);
          return;
        }
        exchange.head = headOf(request, route.path, route.hostHeader);
        pool.send(exchange, route);
      } catch (error) {
        exchange.fail(error);
      }
    },
    close: () => pool.close(),
  };
};
