import { Agent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import { createNodeTransport, type Transport } from '../../src/index.ts';

/** The Node transport over agents that were handed in, one for each protocol, as it is used with proxies. */
export const agentTransport = (): Transport => {
  const agents = [new Agent({ keepAlive: true }), new HttpsAgent({ keepAlive: true })] as const;
  const [plain, secure] = agents.map((agent) => createNodeTransport({ agent })) as [
    Transport,
    Transport,
  ];
  return {
    name: 'agent',
    send: (request, done) =>
      (request.url.startsWith('https:') ? secure : plain).send(request, done),
    close: () => agents.forEach((agent) => agent.destroy()),
  };
};
