import { providerEnvironments } from '../src/providers/registry.ts';

/** Values that a provider checks for more than being there. */
const particular: Readonly<Record<string, string>> = {
  EXEMPLAR_MONITOR_ID: '69c3a0754e257b7d18094f9a',
  OPSHIFT_SECRET: `${'a'.repeat(64)},${'b'.repeat(64)}`,
  SENTRY_DSN: 'https://abc@o1.ingest.sentry.io/42',
  STEADYCRON_API_KEY: 'sc_ro_1',
  UPTIME_KUMA_BASE_URL: 'https://kuma.example.com',
  WEBHOOK_URL: 'https://hooks.example.com/{key}',
};

/** The variables with which the environment can make a provider. */
export const enoughFor = (name: string): Record<string, string> => {
  const from = providerEnvironments.find((one) => one.name === name);
  return Object.fromEntries(
    (from?.variables ?? []).flatMap((variable) => {
      const value =
        particular[variable.name] ?? (variable.required === true ? 'some-value' : undefined);
      return value === undefined ? [] : [[variable.name, value]];
    }),
  );
};
