import { describe, expectTypeOf, it } from 'vitest';
import { createHeartbeat, heartbeatFromEnv } from '../src/index.ts';
import type { HeartbeatClient, Provider, SecretSource } from '../src/index.ts';
import { exemplar } from '../src/providers/exemplar.ts';
import type { ExemplarOptions } from '../src/providers/exemplar.ts';
import { healthchecks } from '../src/providers/healthchecks.ts';
import { opshift } from '../src/providers/opshift.ts';
import type { OpshiftOptions } from '../src/providers/opshift.ts';
import type { PeekapiOptions } from '../src/providers/peekapi.ts';
import type { SentryOptions } from '../src/providers/sentry.ts';
import type { SteadycronOptions } from '../src/providers/steadycron.ts';
import { uptimeKuma } from '../src/providers/uptime-kuma.ts';

describe('the types of providers', () => {
  it('are all one interface', () => {
    expectTypeOf(exemplar).returns.toEqualTypeOf<Provider>();
    expectTypeOf(healthchecks).returns.toEqualTypeOf<Provider>();
    expectTypeOf(createHeartbeat)
      .parameter(0)
      .toHaveProperty('provider')
      .toEqualTypeOf<Provider | readonly Provider[]>();
  });

  it('need what the service needs', () => {
    // @ts-expect-error the access token is missing
    expectTypeOf(exemplar).toBeCallableWith({});
    // @ts-expect-error there is no public Uptime Kuma
    expectTypeOf(uptimeKuma).toBeCallableWith({});
    expectTypeOf(healthchecks).toBeCallableWith();
  });

  it('have no option that means nothing to the service', () => {
    expectTypeOf<SteadycronOptions>().not.toHaveProperty('baseUrl');
    expectTypeOf<SentryOptions>().not.toHaveProperty('baseUrl');
    expectTypeOf<PeekapiOptions>().not.toHaveProperty('monitors');
    expectTypeOf<ExemplarOptions>().toHaveProperty('baseUrl');
  });

  it('take secrets as text, function or file, and several where they rotate', () => {
    expectTypeOf<OpshiftOptions['secret']>().toEqualTypeOf<
      SecretSource | readonly SecretSource[] | undefined
    >();
    expectTypeOf(opshift).toBeCallableWith({
      secret: [() => Promise.resolve('s'), { file: '/run/secrets/s' }, 's'],
    });
    // @ts-expect-error one secret only
    expectTypeOf(exemplar).toBeCallableWith({ apiKey: ['a', 'b'] });
  });

  it('keep typed monitor keys from the environment too', () => {
    expectTypeOf(heartbeatFromEnv<{ monitors: 'backup' }>).returns.toEqualTypeOf<
      HeartbeatClient<'backup'>
    >();
  });
});
