import type { Ping } from '../ping/ping.ts';
import type {
  Capabilities,
  Provider,
  ProviderRequest,
  ProviderResponse,
} from '../providers/provider.ts';
import { contractFields } from './provider-contract-fields.ts';
import { optionalParts } from './provider-contract-parts.ts';
import { assert, checkRequest, same, textOfRequest } from './provider-contract-checks.ts';
import type { ContractRunner } from './provider-contract-checks.ts';
import { sampleContext, sampleFields, samplePing, sampleRunId } from './provider-samples.ts';
import type { ProviderSample } from './provider-samples.ts';

const answer = (status: number, body = '', headers = {}): ProviderResponse => ({
  status,
  body,
  headers,
});

const hostileKeys = [
  '..',
  '.',
  '../../admin',
  'a/b',
  'a?b=c',
  'a#b',
  'a&b=c',
  'a b',
  'ü',
  'a%2fb',
  'a\nb',
  'a\u0000b',
  '',
];

const wireForm = (form: Capabilities['runId']): string =>
  form === 'hex32' ? sampleRunId.replaceAll('-', '') : sampleRunId;

const requestsOf = (
  provider: Provider,
  sample: ProviderSample,
  extra: Partial<Ping> = {},
  context = {},
): readonly ProviderRequest[] =>
  provider.capabilities.states.map((state) =>
    provider.toRequest(
      samplePing(state, { ...sampleFields(state), ...extra }),
      sampleContext(sample, context),
    ),
  );

const declares = ({ describe, it }: ContractRunner, sample: ProviderSample): void => {
  describe('what it declares', () => {
    const provider = sample.provider();
    it('has a kebab-case name and roots without credentials', () => {
      assert(/^[a-z][a-z0-9]*(?:-[a-z0-9]+)*$/u.test(provider.name), `name is "${provider.name}"`);
      assert(provider.origins.length > 0, 'it names no root');
      for (const origin of provider.origins) {
        const url = new URL(origin);
        assert(
          /^https?:$/u.test(url.protocol) && url.username === '' && url.password === '',
          `root ${origin}`,
        );
      }
    });
    it('knows at least one state, none twice, and gives every limit a size', () => {
      const { states, text, metadata, rateLimits } = provider.capabilities;
      assert(
        (states.length > 0 || provider.track !== undefined) &&
          new Set(states).size === states.length,
        `states are ${states.join(', ')}`,
      );
      assert(text === false || text.max > 0, 'the text limit is not positive');
      assert(metadata === false || metadata.maxBytes > 0, 'the metadata limit is not positive');
      for (const limit of rateLimits)
        assert(limit.count > 0 && limit.windowMs > 0, 'a rate limit is empty');
    });
    it('accepts the sample monitor and shows no secret in names or notes', () => {
      const context = sampleContext(sample);
      const problem = provider.checkMonitor?.(sample.key ?? 'nightly-backup', context.monitor);
      assert(problem === undefined, `checkMonitor says "${problem}"`);
      const shown = JSON.stringify([provider.name, provider.origins, provider.notes]);
      for (const value of Object.values(context.secrets))
        assert(!shown.includes(value), 'a secret is shown');
    });
  });
};

const requests = ({ describe, it }: ContractRunner, sample: ProviderSample): void => {
  const { capabilities } = sample.provider();
  for (const state of capabilities.states) {
    describe(`a ${state}`, () => {
      for (const field of contractFields.filter(({ states }) => states.includes(state))) {
        for (const given of [true, false]) {
          it(`makes a sound request ${given ? 'with' : 'without'} ${field.name}`, () => {
            const full = samplePing(state, sampleFields(state));
            const bare = samplePing(state);
            const provider = sample.provider();
            const ping = given
              ? { ...bare, ...field.ping }
              : { ...full, ...undefinedLike(field.ping) };
            const context = sampleContext(
              sample,
              given || field.context === undefined ? field.context : { environment: undefined },
            );
            const request = provider.toRequest(ping, context);
            checkRequest(request, provider);
            assert(
              same(request, provider.toRequest(ping, context)),
              'it is not pure: asked twice, it differs',
            );
          });
        }
      }
    });
  }
  describe('what it carries', () => {
    for (const field of contractFields) {
      const carried = field.carried(capabilities);
      it(
        carried ? `puts the ${field.name} on the wire` : `leaves the ${field.name} at home`,
        () => {
          const provider = sample.provider();
          const before = requestsOf(provider, sample);
          const after = requestsOf(provider, sample, field.ping, field.context);
          const changed = before.some((request, index) => !same(request, after[index]));
          assert(
            changed === carried,
            carried ? 'no request changes with it' : 'a request changes with it',
          );
        },
      );
    }
    it('never says two states with one request', () => {
      const provider = sample.provider();
      const seen = provider.capabilities.states.map((state) =>
        JSON.stringify(provider.toRequest(samplePing(state), sampleContext(sample))),
      );
      assert(new Set(seen).size === seen.length, 'two states look alike on the wire');
    });
    if (capabilities.runId === 'uuid' || capabilities.runId === 'hex32') {
      it(`writes the run id as ${capabilities.runId}`, () => {
        for (const request of requestsOf(sample.provider(), sample)) {
          assert(
            textOfRequest(request).includes(wireForm(capabilities.runId)),
            'a state has no run id',
          );
        }
      });
    }
  });
};

const undefinedLike = (ping: Partial<Ping> | undefined): Partial<Ping> =>
  Object.fromEntries(
    Object.keys(ping ?? {})
      .filter((name) => name !== 'timestampMs' && name !== 'count')
      .map((name) => [name, undefined]),
  );

const hostile = ({ describe, it }: ContractRunner, sample: ProviderSample): void => {
  if (sample.provider().capabilities.states.length === 0) return;
  describe('a hostile key', () => {
    for (const key of hostileKeys) {
      it(`${JSON.stringify(key)} is refused or stays inside its place in the URL`, () => {
        const provider = sample.provider();
        if (provider.checkMonitor?.(key, {}) !== undefined) return;
        const shape = (target: string): string => {
          const ping = samplePing(provider.capabilities.states[0] ?? 'success', { key: target });
          const context = sampleContext(sample, { target, monitor: {} });
          const request =
            provider.resolve?.needed(target) === true
              ? provider.resolve.toRequest(target, context)
              : provider.toRequest(ping, context);
          checkRequest(request, provider);
          const url = new URL(request.url);
          return `${url.origin} ${url.pathname.split('/').length} ${[...url.searchParams.keys()].join()} ${url.hash}`;
        };
        assert(shape(key) === shape('plain'), 'it changes the shape of the URL');
      });
    }
  });
};

const answers = ({ describe, it }: ContractRunner, sample: ProviderSample): void => {
  describe('how it reads answers', () => {
    const { capabilities } = sample.provider();
    const ping = samplePing(capabilities.states[0] ?? 'success');
    const read = (response: ProviderResponse): string =>
      sample.provider().interpret(response, ping).status;
    it(`calls a good answer ${capabilities.acceptIsProof ? 'accepted' : 'unverified, since it proves nothing'}`, () => {
      const good = read(answer(sample.goodStatus ?? 200, sample.goodBody ?? 'OK'));
      assert(good === (capabilities.acceptIsProof ? 'accepted' : 'unverified'), `it is ${good}`);
    });
    for (const [status, expected] of [
      [429, 'rate-limited'],
      [500, 'unreachable'],
      [502, 'unreachable'],
      [503, 'unreachable'],
      [400, 'rejected'],
      [401, 'rejected'],
      [302, 'rejected'],
    ] as const) {
      it(`calls ${status} ${expected}`, () => {
        const got = read(answer(status));
        assert(got === expected, `it is ${got}`);
      });
    }
    it('tries again what may pass later and nothing else', () => {
      const provider = sample.provider();
      for (const status of [400, 401, 403])
        assert(provider.interpret(answer(status), ping).retryable !== true, `${status}`);
      for (const status of [429, 503])
        assert(provider.interpret(answer(status), ping).retryable !== false, `${status}`);
    });
    it('survives a body of any kind', () => {
      for (const body of ['', 'OK', '{', 'null', '[]', '{}', '"text"', '<html>', '\u0000']) {
        for (const status of [200, 202, 400, 404, 500]) read(answer(status, body));
      }
    });
  });
};

/**
 * The contract of a provider as tests: every state with and without each field, nothing on the wire that is not declared,
 * nothing declared that is missing, honest reading of answers, sound URLs for hostile keys, and the optional parts.
 *
 * @param runner the test runner's `describe` and `it`
 * @param sample how to make the provider, a monitor and secrets that its service would accept
 * @example
 * providerContract({ describe, it }, { provider: () => exemplar({ apiKey: 'k' }), key: '69c3a0754e257b7d18094f9a' });
 */
export const providerContract = (runner: ContractRunner, sample: ProviderSample): void => {
  runner.describe(`provider contract: ${sample.provider().name}`, () => {
    declares(runner, sample);
    requests(runner, sample);
    hostile(runner, sample);
    answers(runner, sample);
    optionalParts(runner, sample);
  });
};
