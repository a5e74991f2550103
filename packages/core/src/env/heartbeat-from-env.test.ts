import { describe, expect, it, vi } from 'vitest';
import { heartbeatFromEnv } from '../index.ts';
import { createRecordingTransport } from '../testing/recording-transport.ts';

const listen = () => {
  const warnings: string[] = [];
  const note = (message: string): void => {
    warnings.push(message);
  };
  return { warnings, logger: { warn: note, error: note } };
};

describe('heartbeatFromEnv', () => {
  it('warns once and does nothing when nothing is set', async () => {
    const { warnings, logger } = listen();
    const transport = createRecordingTransport();
    const heartbeat = heartbeatFromEnv({ env: {}, transport, logger });
    const outcome = await heartbeat.ping('sync');
    expect(heartbeat.run('sync', () => 42)).toBe(42);
    await heartbeat.close();
    expect(outcome.providers).toEqual([]);
    expect(transport.requests).toEqual([]);
    expect(warnings).toEqual([expect.stringContaining('LUBDUB_PROVIDER is not set')]);
  });

  it('is silent and does nothing when it is disabled', async () => {
    const { warnings, logger } = listen();
    const transport = createRecordingTransport();
    const env = { LUBDUB_DISABLED: 'true', LUBDUB_PROVIDER: 'lubdub' };
    const heartbeat = heartbeatFromEnv({ env, transport, logger });
    await heartbeat.ping('sync');
    await heartbeat.close();
    expect(transport.requests).toEqual([]);
    expect(warnings).toEqual([]);
  });

  it('sends to every provider that is named, in the environment that is named', async () => {
    const transport = createRecordingTransport();
    const env = {
      LUBDUB_PROVIDER: 'lubdub,cronitor',
      LUBDUB_ENVIRONMENT: 'staging',
      LUBDUB_API_KEY: 'ld_1',
      CRONITOR_API_KEY: 'cronitor-key-1',
    };
    const heartbeat = heartbeatFromEnv({ env, transport });
    const { providers } = await heartbeat.ping('sync');
    await heartbeat.close();
    expect(providers.map(({ provider }) => provider).toSorted()).toEqual(['cronitor', 'lubdub']);
    expect(transport.requests).toHaveLength(2);
    for (const { url, body = '' } of transport.requests) expect(url + body).toContain('staging');
  });

  it('prefers what the code says about the environment', async () => {
    const transport = createRecordingTransport();
    const env = { LUBDUB_PROVIDER: 'lubdub', LUBDUB_ENVIRONMENT: 'staging' };
    const heartbeat = heartbeatFromEnv({ env, transport, environment: 'production' });
    await heartbeat.ping('sync');
    await heartbeat.close();
    expect(transport.requests[0]?.body).toContain('"environment":"production"');
  });

  it('throws at once for a provider that it does not know', () => {
    expect(() => heartbeatFromEnv({ env: { LUBDUB_PROVIDER: 'pagerduty' } })).toThrow(
      expect.objectContaining({ code: 'ERR_LUBDUB_UNKNOWN_PROVIDER' }),
    );
  });

  it('warns on the console where it is given no logger', async () => {
    const warn = vi.spyOn(console, 'warn').mockReturnValue();
    const heartbeat = heartbeatFromEnv({ env: {} });
    await heartbeat.close();
    expect(warn.mock.calls).toEqual([
      [expect.stringMatching(/^lubdub: Nothing is monitored: LUBDUB_PROVIDER is not set/u)],
    ]);
    warn.mockRestore();
  });
});
