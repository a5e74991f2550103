import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import type { Provider, ProviderRequest } from '../src/providers/provider.ts';
import { sampleContext, sampleFields, samplePing } from '../src/testing/provider-samples.ts';
import type { ProviderSample } from '../src/testing/provider-samples.ts';

const vectorsOf = (sample: ProviderSample): Record<string, ProviderRequest> => {
  const provider: Provider = sample.provider();
  const context = sampleContext(sample);
  const key = sample.key ?? 'nightly-backup';
  const vectors: Record<string, ProviderRequest> = {};
  for (const state of provider.capabilities.states) {
    vectors[state] = provider.toRequest(samplePing(state, { key }), context);
    vectors[`${state} with everything`] = provider.toRequest(
      samplePing(state, { ...sampleFields(state), key }),
      context,
    );
  }
  if (provider.resolve) vectors['resolve'] = provider.resolve.toRequest(key, context);
  if (provider.batch) {
    const pings = provider.capabilities.states.map((state, index) =>
      samplePing(state, { key, id: `ping-000${index}`, runId: sampleFields(state).runId }),
    );
    vectors['batch'] = provider.batch.toRequest(pings, () => context);
  }
  if (provider.upsert) {
    const id = context.monitor.id === undefined ? {} : { id: context.monitor.id };
    const cron = { ...id, schedule: '30 2 * * *', timezone: 'Europe/Berlin', graceMs: 600_000 };
    const interval = {
      ...id,
      name: 'Sync',
      intervalMs: 300_000,
      maxDurationMs: 60_000,
      tags: ['db', 'eu'],
    };
    vectors['upsert of a cron schedule'] = provider.upsert.toRequest(key, cron, context);
    vectors['upsert of an interval'] = provider.upsert.toRequest(key, interval, context);
  }
  if (provider.alert) {
    const alert = {
      title: 'Deploy failed',
      description: 'Exit 1',
      severity: 'sev2',
      metadata: { build: 7 },
      groupKey: 'deploys',
    } as const;
    vectors['alert'] = provider.alert.toRequest('deploy-failures', alert, context);
  }
  if (provider.track) {
    const event = {
      method: 'GET',
      path: '/orders',
      statusCode: 200,
      responseTimeMs: 12.5,
      consumerId: 'key-1',
    };
    const text = provider.track.serialise(event, 1_790_000_000_250);
    vectors['track'] = provider.track.toRequest(text === undefined ? [] : [text], context);
  }
  return vectors;
};

const allVectorsOf = (
  sample: ProviderSample,
  variants: Readonly<Record<string, ProviderSample>>,
): Record<string, ProviderRequest> => {
  const all = vectorsOf(sample);
  for (const [variant, other] of Object.entries(variants)) {
    for (const [name, request] of Object.entries(vectorsOf(other)))
      all[`${variant}: ${name}`] = request;
  }
  return all;
};

/**
 * Compares every request of the sample with the vectors in `test/golden/<provider>.json`, byte for byte.
 * `variants` are the same provider
 * with other options. `UPDATE_GOLDEN=1` writes them anew.
 */
export const goldenVectors = (
  sample: ProviderSample,
  variants: Readonly<Record<string, ProviderSample>> = {},
): void => {
  const { name } = sample.provider();
  const file = join(import.meta.dirname, 'golden', `${name}.json`);
  it(`sends exactly the requests of test/golden/${name}.json`, () => {
    const vectors = allVectorsOf(sample, variants);
    if (process.env['UPDATE_GOLDEN'] === '1')
      writeFileSync(file, `${JSON.stringify(vectors, null, 2)}\n`);
    expect(existsSync(file), 'no vectors; write them with UPDATE_GOLDEN=1').toBe(true);
    expect(JSON.parse(JSON.stringify(vectors))).toEqual(JSON.parse(readFileSync(file, 'utf8')));
  });
};
