import { describe, expect, it } from 'vitest';
import { goldenVectors } from '../../test/golden.ts';
import { providerContract } from '../testing/provider-contract.ts';
import { sampleContext, samplePing } from '../testing/provider-samples.ts';
import { healthchecks } from './healthchecks.ts';

const uuid = '3f0a9d8e-6b1c-4f2d-9a7e-1c2b3d4e5f60';
const sample = {
  provider: () =>
    healthchecks({ pingKey: 'ping-key-1', apiKey: 'hcw_1', monitors: { 'nightly-backup': uuid } }),
  secrets: { pingKey: 'ping-key-1', apiKey: 'hcw_1' },
};
const slugs = {
  provider: () =>
    healthchecks({ pingKey: 'ping-key-1', create: true, baseUrl: 'https://hc.example.com' }),
  secrets: { pingKey: 'ping-key-1' },
};

providerContract({ describe, it }, sample);
providerContract({ describe, it }, slugs);
goldenVectors(sample, { 'slugs of an own installation': slugs });

describe('healthchecks', () => {
  const read = (status: number, body: string) =>
    sample.provider().interpret({ status, headers: {}, body }, samplePing('success'));

  it('reads the body of a 200, which says what the status does not', () => {
    expect(read(200, 'OK')).toEqual({ status: 'accepted' });
    expect(read(201, 'Created').status).toBe('accepted');
    expect(read(200, 'OK (not found)')).toMatchObject({
      status: 'rejected',
      reason: 'unknown-monitor',
      misconfigured: true,
    });
    expect(read(200, 'OK (rate-limited)')).toMatchObject({ status: 'rate-limited' });
    expect(read(409, 'ambiguous slug')).toMatchObject({
      status: 'rejected',
      reason: 'ambiguous-slug',
    });
  });

  it('pings a slug below the ping path of an installation of your own', () => {
    const request = slugs.provider().toRequest(samplePing('start'), sampleContext(slugs));
    expect(request.url).toBe(
      'https://hc.example.com/ping/ping-key-1/nightly-backup/start?create=1',
    );
    const given = healthchecks({ baseUrl: 'https://hc.example.com/ping/' });
    expect(given.toRequest(samplePing('log'), sampleContext(sample)).url).toBe(
      `https://hc.example.com/ping/${uuid}/log`,
    );
  });

  it('sends the exit code of a fail and never that of a success as one', () => {
    const url = (fields: object) =>
      sample.provider().toRequest(samplePing('fail', fields), sampleContext(sample)).url;
    expect(url({ exitCode: 255 })).toMatch(/\/255$/u);
    expect(url({ exitCode: 0 })).toMatch(/\/fail$/u);
    expect(
      sample.provider().toRequest(samplePing('success', { exitCode: 0 }), sampleContext(sample))
        .url,
    ).toMatch(new RegExp(`${uuid}$`, 'u'));
  });

  it('takes UUIDs, and slugs only together with a ping key', () => {
    expect(() => healthchecks({ monitors: { a: 'Nightly Backup' } })).toThrow(
      /"monitors\.a".*pingKey/u,
    );
    expect(() => healthchecks({ pingKey: 'k', monitors: { a: 'Nightly Backup' } })).toThrow(
      /a slug of/u,
    );
    expect(() =>
      healthchecks({ monitors: { a: { id: uuid, schedule: '*/5 * * * * *' } } }),
    ).toThrow(/5 fields/u);
  });

  it('upserts a check by its UUID or its slug', () => {
    const { upsert } = sample.provider();
    const byId = upsert?.toRequest('a', { id: uuid, graceMs: 600_000 }, sampleContext(sample));
    expect([byId?.url, byId?.body]).toEqual([
      `https://healthchecks.io/api/v3/checks/${uuid}`,
      '{"grace":600}',
    ]);
    const bySlug = upsert?.toRequest(
      'nightly',
      { intervalMs: 300_000, tags: ['db', 'eu'] },
      sampleContext(sample),
    );
    expect(JSON.parse(bySlug?.body ?? '')).toEqual({
      slug: 'nightly',
      unique: ['slug'],
      timeout: 300,
      tags: 'db eu',
    });
  });
});
