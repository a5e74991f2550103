import { describe, expect, it } from 'vitest';
import { createHeartbeat } from '../src/index.ts';
import type { Finding, Provider } from '../src/index.ts';
import { appsignal } from '../src/providers/appsignal.ts';
import { cronitor } from '../src/providers/cronitor.ts';
import { exemplar } from '../src/providers/exemplar.ts';
import { healthchecks } from '../src/providers/healthchecks.ts';
import { opsgenie } from '../src/providers/opsgenie.ts';
import { sentry } from '../src/providers/sentry.ts';
import { steadycron } from '../src/providers/steadycron.ts';
import { createRecordingTransport, respond } from '../src/testing/recording-transport.ts';
import { everyProvider } from './provider-table.ts';

const findingsOf = async (
  provider: Provider,
  declare: Readonly<Record<string, object>> = {},
  status = 200,
): Promise<readonly Finding[]> => {
  const transport = createRecordingTransport(() => respond(status));
  const heartbeat = createHeartbeat({
    provider,
    transport,
    logger: { warn: () => undefined, error: () => undefined },
  });
  for (const [key, monitor] of Object.entries(declare)) heartbeat.declare(key, monitor);
  const findings = await heartbeat.verify();
  await heartbeat.close(0);
  return findings;
};

const errorsOf = async (...args: Parameters<typeof findingsOf>): Promise<string> =>
  (await findingsOf(...args))
    .filter(({ level }) => level === 'error')
    .map(({ key, message }) => `${key}: ${message}`)
    .join('\n');

describe('verify', () => {
  for (const provider of everyProvider()) {
    it(`says what an accept of ${provider.name} proves`, async () => {
      const notes = (await findingsOf(provider)).filter(({ level }) => level === 'note');
      const proves = notes.some(({ message }) => /does not prove/u.test(message));
      expect(proves).toBe(!provider.capabilities.acceptIsProof);
    });
  }

  it('names keys that the service could never take', async () => {
    expect(await errorsOf(exemplar({ apiKey: 'k' }), { sync: {} })).toMatch(
      /^sync: it takes .*24 hexadecimal digits/u,
    );
    expect(await errorsOf(healthchecks(), { sync: {} })).toMatch(
      /^sync: it takes the check's UUID/u,
    );
    const dsn = 'https://abc@o1.ingest.sentry.io/42';
    expect(await errorsOf(sentry({ dsn }), { ['s'.repeat(51)]: {} })).toMatch(/1 to 50/u);
    expect(await errorsOf(opsgenie({ apiKey: 'k' }), { sync: {} })).toBe('');
  });

  it('names schedules that the service cannot read', async () => {
    const sixFields = { sync: { schedule: '*/10 * * * * *' } };
    expect(await errorsOf(cronitor({ apiKey: 'cronitor-key' }), sixFields)).toMatch(
      /5 fields, not 6/u,
    );
    expect(
      await errorsOf(sentry({ dsn: 'https://abc@o1.ingest.sentry.io/42' }), sixFields),
    ).toMatch(/5 fields/u);
    expect(await errorsOf(appsignal({ apiKey: 'k', appName: 'a' }), sixFields)).toBe('');
  });

  it('says when the code runs a monitor at other times than were declared', async () => {
    const provider = cronitor({
      apiKey: 'cronitor-key',
      monitors: { sync: { schedule: '0 4 * * *' } },
    });
    const findings = await findingsOf(provider, { sync: { schedule: '0 5 * * *' } });
    expect(findings.find(({ level }) => level === 'warning')?.message).toMatch(
      /"0 4 \* \* \*".*"0 5 \* \* \*"/u,
    );
  });

  it('asks the service where only it knows, and tells a mistake from an outage', async () => {
    const provider = steadycron({ apiKey: 'sc_ro_1' });
    expect(await errorsOf(provider, { sync: {} }, 404)).toMatch(/knows no monitor "sync"/u);
    expect(await errorsOf(provider, { sync: {} }, 409)).toMatch(/several monitors/u);
  });

  it('says why a look-up failed, though it stops nothing', async () => {
    const warnings = (await findingsOf(steadycron({ apiKey: 'sc_ro_1' }), { sync: {} }, 401))
      .filter(({ level }) => level === 'warning')
      .map(({ message }) => message);
    expect(warnings).toEqual([expect.stringMatching(/refused the API key/u)]);
  });

  it('shows no secret', async () => {
    const shown = JSON.stringify(
      await findingsOf(cronitor({ apiKey: 'cronitor-hunter2' }), { sync: {} }),
    );
    expect(shown).not.toContain('hunter2');
  });
});
