import { describe, expect, it } from 'vitest';
import { goldenVectors } from '../../test/golden.ts';
import { providerContract } from '../testing/provider-contract.ts';
import { sampleContext, samplePing } from '../testing/provider-samples.ts';
import { sentry } from './sentry.ts';

const dsn = 'https://abc123def456@o1.ingest.sentry.io/42';
const sample = {
  provider: () =>
    sentry({
      dsn,
      upsert: true,
      monitors: {
        'nightly-backup': { schedule: '30 2 * * *', timezone: 'Europe/Berlin', graceMs: 600_000 },
      },
    }),
};
const plain = { provider: () => sentry({ dsn }) };

providerContract({ describe, it }, sample);
providerContract({ describe, it }, plain);
goldenVectors(sample, { 'without upsert': plain });

describe('sentry', () => {
  it('asks by GET when there is no schedule to tell', () => {
    const request = plain.provider().toRequest(samplePing('start'), sampleContext(plain));
    expect(request).toEqual({
      method: 'GET',
      url: expect.stringMatching(
        /\/api\/42\/cron\/nightly-backup\/abc123def456\/\?status=in_progress/u,
      ),
    });
  });

  it('tells only the declared part of a schedule', () => {
    const context = sampleContext(sample, { monitor: { intervalMs: 300_000 } });
    const { body = '' } = sample.provider().toRequest(samplePing('success'), context);
    expect((JSON.parse(body) as { monitor_config: object }).monitor_config).toEqual({
      schedule: { type: 'interval', value: 5, unit: 'minute' },
    });
  });

  it('refuses slugs, schedules and DSNs that Sentry could never take', () => {
    const declare = (key: string, monitor: object) => () =>
      sentry({ dsn, upsert: true, monitors: { [key]: monitor } });
    expect(declare('x'.repeat(51), {})).toThrow(/50/u);
    expect(declare('Nightly Backup', {})).toThrow(/slug/u);
    expect(declare('a', { schedule: '30 */5 * * * *' })).toThrow(/5 fields/u);
    expect(declare('a', { intervalMs: 90_000 })).toThrow(/whole minutes/u);
    expect(() => sentry({ dsn: 'https://o1.ingest.sentry.io/42' })).toThrow(
      /"dsn" got something else \(masked\)/u,
    );
  });

  it('never calls a 202 accepted', () => {
    const read = sample
      .provider()
      .interpret({ status: 202, headers: {}, body: '' }, samplePing('success'));
    expect(read.status).toBe('unverified');
  });
});
