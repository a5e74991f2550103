import { describe, expect, it } from 'vitest';
import { plainProvider } from '../../test/support/engine.ts';
import { createFactories } from '../client/create.ts';
import { edgePlatform } from './edge.ts';
import { nodePlatform } from './node.ts';

describe.each([nodePlatform, edgePlatform])('on the platform $name', (platform) => {
  it('a fetch that is handed in sends everything', async () => {
    const asked: string[] = [];
    const heartbeat = createFactories(platform).createHeartbeat({
      provider: plainProvider(),
      network: {
        fetch: async (url) => {
          asked.push(String(url));
          return new Response('');
        },
      },
    });
    expect((await heartbeat.ping('backup')).status).toBe('accepted');
    await heartbeat.close();
    expect(asked).toEqual(['https://plain.example/backup/success']);
  });
});
