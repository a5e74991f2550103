import { describe, expect, it } from 'vitest';
import { exemplar } from '../providers/exemplar.ts';
import { healthchecks } from '../providers/healthchecks.ts';
import { lubdub } from '../providers/lubdub.ts';
import { opshift } from '../providers/opshift.ts';
import { peekapi } from '../providers/peekapi.ts';
import type { Provider } from '../providers/provider.ts';
import { steadycron } from '../providers/steadycron.ts';
import { providerContract } from './provider-contract.ts';

/** Names of the contract's tests that a provider breaks. */
const broken = async (provider: Provider, more: object = {}): Promise<readonly string[]> => {
  const tests: { readonly name: string; readonly body: () => void | Promise<void> }[] = [];
  const path: string[] = [];
  const runner = {
    describe: (name: string, body: () => void) => {
      path.push(name);
      body();
      path.pop();
    },
    it: (name: string, body: () => void | Promise<void>) => {
      tests.push({ name: [...path.slice(1), name].join(' > '), body });
    },
  };
  providerContract(runner, {
    provider: () => provider,
    secrets: { apiKey: 'secret-1' },
    goodBody: '{"accepted":1,"duplicates":0,"rejected":[]}',
    ...more,
  });
  const failed: string[] = [];
  for (const { name, body } of tests) {
    try {
      // oxlint-disable-next-line no-await-in-loop -- one after the other, as a runner does
      await body();
    } catch {
      failed.push(name);
    }
  }
  return failed;
};

const good = lubdub({ apiKey: 'secret-1' });
const { batch: _batch, upsert: _upsert, ...single } = good;
const secret = 'a'.repeat(64);

describe('the provider contract', () => {
  it('is kept by a good provider', async () => {
    expect(await broken(good, { goodBody: '{"accepted":1}' })).toEqual([]);
  });

  for (const [fault, provider, caught] of [
    [
      'turns a fail into a success',
      {
        ...single,
        toRequest: (ping, context) =>
          good.toRequest(ping.state === 'fail' ? { ...ping, state: 'success' } : ping, context),
      },
      'what it carries > never says two states with one request',
    ],
    [
      'sends metadata that it does not declare',
      { ...single, capabilities: { ...good.capabilities, metadata: false } },
      'what it carries > leaves the metadata at home',
    ],
    [
      'declares a run id that it does not send',
      {
        ...exemplar({ apiKey: 'k' }),
        capabilities: { ...exemplar({ apiKey: 'k' }).capabilities, runId: 'uuid' },
      },
      'what it carries > puts the run id on the wire',
    ],
    [
      'sends to a host that it does not name',
      { ...single, origins: ['https://elsewhere.example.com'] },
      'a start > makes a sound request with text',
    ],
    [
      'puts a key into the path as it is',
      {
        ...single,
        checkMonitor: () => undefined,
        toRequest: (ping, context) => ({
          method: 'GET',
          url: `http://127.0.0.1:4747/p/${context.target}/${ping.state}`,
        }),
      },
      'a hostile key > "../../admin" is refused or stays inside its place in the URL',
    ],
    [
      'calls an answer proof that it declares to be none',
      { ...single, capabilities: { ...good.capabilities, acceptIsProof: false } },
      'how it reads answers > calls a good answer unverified, since it proves nothing',
    ],
    [
      'gives up when the service is down',
      { ...single, interpret: () => ({ status: 'rejected' as const }) },
      'how it reads answers > calls 503 unreachable',
    ],
    [
      'takes an outage for an answer',
      { ...single, interpret: () => ({ status: 'accepted' as const }) },
      'how it reads answers > calls 500 unreachable',
    ],
    [
      'trips over a body',
      { ...single, interpret: (response) => ({ status: JSON.parse(response.body) as 'accepted' }) },
      'how it reads answers > survives a body of any kind',
    ],
    [
      'shows a secret',
      { ...single, notes: ['the key is secret-1'] },
      'what it declares > accepts the sample monitor and shows no secret in names or notes',
    ],
    [
      'remembers what it was asked',
      (() => {
        let asked = 0;
        return {
          ...single,
          toRequest: (ping, context) => ({
            ...good.toRequest(ping, context),
            headers: { 'x-asked': String((asked += 1)) },
          }),
        };
      })(),
      'a start > makes a sound request with text',
    ],
  ] as readonly (readonly [string, Provider, string])[]) {
    it(`catches a provider that ${fault}`, async () => {
      expect(await broken(provider)).toContain(caught);
    });
  }

  it('catches optional parts that lie', async () => {
    const { resolve } = steadycron({ apiKey: 'secret-1' });
    const outage = {
      ...steadycron({ apiKey: 'secret-1' }),
      resolve: {
        ...resolve,
        interpret: () => ({ status: 'misconfigured', reason: 'x', message: 'x' }),
      },
    };
    expect(await broken(outage as Provider)).toContain(
      'look-ups > calls an outage unreachable and never misconfigured',
    );
    const short = { ...good, batch: { ...good.batch, interpret: () => [] } };
    expect(await broken(short as unknown as Provider)).toContain(
      'batches > gives every ping its own reading, whatever the answer',
    );
    const provider = healthchecks({ pingKey: 'k', apiKey: 'secret-1' });
    const eager = {
      ...provider,
      upsert: {
        ...provider.upsert,
        toRequest: () => ({
          method: 'PUT',
          url: 'https://healthchecks.io/x',
          body: '{"grace":60,"schedule":"5 4 * * *"}',
        }),
      },
    };
    expect(await broken(eager as unknown as Provider)).toContain(
      'upserts > sends only what was declared',
    );
    const signed = opshift({ secret });
    const blank = { ...signed, alert: { ...signed.alert, check: () => undefined } };
    expect(await broken(blank as unknown as Provider)).toContain(
      'alerts > makes a sound request and says what is wrong before one is made',
    );
    const events = peekapi({ apiKey: 'secret-1' });
    const fragile = {
      ...events,
      track: { ...events.track, serialise: (event: object) => JSON.stringify(event) },
    };
    expect(await broken(fragile as unknown as Provider)).toContain(
      'request analytics > never throws on an event that JSON cannot say',
    );
  });
});
