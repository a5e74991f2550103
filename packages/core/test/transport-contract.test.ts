import { describe, it } from 'vitest';
import { createFetchTransport, createNodeTransport } from '../src/index.ts';
import { transportContract } from '../src/testing/index.ts';
import { agentTransport } from './support/agent-transport.ts';

describe('node-http', () => {
  transportContract({ describe, it }, () => createNodeTransport());
});

describe('node-http with an agent that was handed in', () => {
  transportContract({ describe, it }, agentTransport);
});

describe('fetch', () => {
  transportContract({ describe, it }, () => createFetchTransport());
});
