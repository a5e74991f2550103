import { build } from 'vite';
import { describe, expect, it } from 'vitest';
import { lubdub } from '../src/providers/lubdub.ts';
import * as node from '../src/index.ts';
import * as edge from '../src/edge.ts';
import { startPingServer } from '../src/testing/index.ts';

const builtinsOf = async (entry: string): Promise<readonly string[]> => {
  const builtins: string[] = [];
  await build({
    configFile: false,
    logLevel: 'silent',
    build: {
      write: false,
      minify: true,
      target: 'es2023',
      modulePreload: false,
      rolldownOptions: {
        input: `${import.meta.dirname}/../src/${entry}.ts`,
        preserveEntrySignatures: 'strict',
        external: (id) => {
          if (!id.startsWith('node:')) return false;
          builtins.push(id);
          return true;
        },
      },
    },
  });
  return builtins;
};

describe('the edge entry', () => {
  it('imports none of the modules of Node, unlike the other', async () => {
    expect(await builtinsOf('edge')).toEqual([]);
    expect(await builtinsOf('index')).toContain('node:http');
  });

  it('has the same exports but those that need Node', () => {
    const missing = Object.keys(node).filter((name) => !(name in edge));
    expect(missing.toSorted()).toEqual(['createNodeTransport', 'heartbeatFromEnv']);
    expect(Object.keys(edge).filter((name) => !(name in node))).toEqual([]);
  });

  it('delivers over fetch before the job returns, when asked to await', async () => {
    const server = await startPingServer();
    const heartbeat = edge.createHeartbeat({ provider: lubdub({ baseUrl: server.url }) });
    expect(await heartbeat.run('edge-job', async () => 42, { settle: 'await' })).toBe(42);
    expect(server.pings.map(({ key, state }) => `${key} ${state}`)).toEqual([
      'edge-job start',
      'edge-job success',
    ]);
    await heartbeat.close();
    await server.close();
  });

  it('hands the delivery to waitUntil', async () => {
    const server = await startPingServer();
    const heartbeat = edge.createHeartbeat({ provider: lubdub({ baseUrl: server.url }) });
    const waited: Promise<unknown>[] = [];
    const waitUntil = (delivery: Promise<unknown>): number => waited.push(delivery);
    await heartbeat.run('edge-job', async () => undefined, { waitUntil });
    await Promise.all(waited);
    expect(server.pings.at(-1)?.state).toBe('success');
    await heartbeat.close();
    await server.close();
  });
});
