import { AsyncLocalStorage } from 'node:async_hooks';
import { channel } from 'node:diagnostics_channel';
import { readFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { ClientLeaver } from '../leaving/client-leaver.ts';
import { attachToProcess } from '../leaving/process-end.ts';
import { canSpawn, sendInChild } from '../leaving/exit-child.ts';
import { openSpool } from '../spool/open-spool.ts';
import { createFetchTransport } from '../transport/fetch.ts';
import { createNodeTransport } from '../transport/node-http.ts';
import type { ContextStore, Platform } from './platform.ts';

const pingChannel = channel('lubdub:ping');
const outcomeChannel = channel('lubdub:outcome');

/** Node.js 20.19 and later. */
export const nodePlatform: Platform = {
  name: 'node',
  createTransport: ({ tls, agent, fetch }) =>
    fetch === undefined ? createNodeTransport({ tls, agent }) : createFetchTransport({ fetch }),
  openSpool: (parts) => openSpool(parts),
  hostname,
  readFile: (path) => readFileSync(path, 'utf8'),
  readEnvironment: (name) => process.env[name],
  attach: (leaving, options) => attachToProcess(new ClientLeaver(leaving), options),
  createContext<Value>(): ContextStore<Value> {
    const storage = new AsyncLocalStorage<Value>();
    return { run: (value, call) => storage.run(value, call), current: () => storage.getStore() };
  },
  observer: {
    get active() {
      return pingChannel.hasSubscribers || outcomeChannel.hasSubscribers;
    },
    ping: (ping) => pingChannel.publish({ ping }),
    outcome: (ping, outcome) => outcomeChannel.publish({ ping, outcome }),
  },
  sendAtExit: canSpawn() ? sendInChild : undefined,
};
