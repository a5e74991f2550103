// Written by "pnpm generate" from the files of this folder.
import type { ProviderEnvironment } from './_environment.ts';
import { appsignalEnvironment } from './appsignal.ts';
import { betterStackEnvironment } from './better-stack.ts';
import { checklyEnvironment } from './checkly.ts';
import { cronhubEnvironment } from './cronhub.ts';
import { cronitorEnvironment } from './cronitor.ts';
import { deadMansSnitchEnvironment } from './dead-mans-snitch.ts';
import { exemplarEnvironment } from './exemplar.ts';
import { healthchecksEnvironment } from './healthchecks.ts';
import { honeybadgerEnvironment } from './honeybadger.ts';
import { lubdubEnvironment } from './lubdub.ts';
import { opsgenieEnvironment } from './opsgenie.ts';
import { opshiftEnvironment } from './opshift.ts';
import { peekapiEnvironment } from './peekapi.ts';
import { sentryEnvironment } from './sentry.ts';
import { steadycronEnvironment } from './steadycron.ts';
import { uptimeKumaEnvironment } from './uptime-kuma.ts';
import { webhookEnvironment } from './webhook.ts';

/** Every provider that the environment can name in `LUBDUB_PROVIDER`. */
export const providerEnvironments: readonly ProviderEnvironment[] = [
  appsignalEnvironment,
  betterStackEnvironment,
  checklyEnvironment,
  cronhubEnvironment,
  cronitorEnvironment,
  deadMansSnitchEnvironment,
  exemplarEnvironment,
  healthchecksEnvironment,
  honeybadgerEnvironment,
  lubdubEnvironment,
  opsgenieEnvironment,
  opshiftEnvironment,
  peekapiEnvironment,
  sentryEnvironment,
  steadycronEnvironment,
  uptimeKumaEnvironment,
  webhookEnvironment,
];
