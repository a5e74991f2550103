import { startPingServer } from '@lubdub/core/testing';
import { describe, expect, it } from 'vitest';
import { runChild } from './support.ts';

describe('an application with shutdown hooks that is sent SIGTERM', () => {
  it('tells the end of the job that was running, and dies by the signal as before', async () => {
    const server = await startPingServer();
    const { child, ended } = runChild('fixtures/application.ts', { LUBDUB_URL: server.url });
    await server.until(({ pings }) => pings.some(({ key }) => key === 'long'), 90_000);
    child.kill('SIGTERM');
    expect(await ended).toEqual({ signal: 'SIGTERM', output: '' });
    const told = server.distinct.map(({ key, state }) => `${key}:${state}`);
    expect(told.toSorted()).toEqual(['application:success', 'long:start', 'long:success']);
    await server.close();
  });
});
