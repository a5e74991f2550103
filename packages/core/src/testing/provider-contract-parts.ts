import type {
  MonitorDeclaration,
  Provider,
  ProviderResponse,
  TrackEvent,
} from '../providers/provider.ts';
import { assert, checkRequest, same } from './provider-contract-checks.ts';
import type { ContractRunner } from './provider-contract-checks.ts';
import { sampleContext, sampleFields, samplePing } from './provider-samples.ts';
import type { ProviderSample } from './provider-samples.ts';

const answer = (status: number, body = ''): ProviderResponse => ({ status, body, headers: {} });
const bodies = ['', 'OK', '{', 'null', '[]', '{}', '<html>'];

const batchPart = ({ describe, it }: ContractRunner, sample: ProviderSample): void => {
  const part = sample.provider().batch;
  if (part === undefined) return;
  describe('batches', () => {
    const { states } = sample.provider().capabilities;
    const pings = states.map((state, index) =>
      samplePing(state, { ...sampleFields(state), id: `ping-${index}` }),
    );
    it('makes one sound request of several pings', () => {
      checkRequest(
        part.toRequest(pings, () => sampleContext(sample)),
        sample.provider(),
      );
    });
    it('gives every ping its own reading, whatever the answer', () => {
      for (const status of [200, 202, 400, 401, 413, 429, 500, 503]) {
        for (const body of bodies) {
          const read = part.interpret(answer(status, body), pings);
          assert(read.length === pings.length, `${read.length} readings for ${pings.length} pings`);
          if (status === 503)
            assert(
              read.every((one) => one.status === 'unreachable'),
              '503 is not unreachable',
            );
        }
      }
    });
  });
};

const resolvePart = ({ describe, it }: ContractRunner, sample: ProviderSample): void => {
  const part = sample.provider().resolve;
  if (part === undefined) return;
  describe('look-ups', () => {
    it('asks with a sound request', () => {
      checkRequest(part.toRequest('some-key', sampleContext(sample)), sample.provider());
    });
    it('calls an outage unreachable and never misconfigured', () => {
      for (const status of [408, 429, 500, 502, 503]) {
        const { status: read } = part.interpret(answer(status), 'some-key');
        assert(read === 'unreachable', `${status} is ${read}`);
      }
    });
    it('resolves nothing from a body without a target', () => {
      for (const body of bodies) {
        assert(
          part.interpret(answer(200, body), 'some-key').status !== 'resolved',
          `body ${body} resolves`,
        );
      }
    });
  });
};

const upsertPart = ({ describe, it }: ContractRunner, sample: ProviderSample): void => {
  const part = sample.provider().upsert;
  if (part === undefined) return;
  describe('upserts', () => {
    const bodyOf = (monitor: MonitorDeclaration): string => {
      const context = sampleContext(sample, { monitor });
      const request = part.toRequest(sample.key ?? 'nightly-backup', monitor, context);
      checkRequest(request, sample.provider());
      assert(
        request.method === 'PUT' || request.method === 'POST',
        `the method is ${request.method}`,
      );
      return request.body ?? '';
    };
    const { id } = sampleContext(sample).monitor;
    const base: MonitorDeclaration = { ...(id === undefined ? {} : { id }), schedule: '5 4 * * *' };
    it('tells the schedule', () => {
      assert(bodyOf(base).includes('5 4 * * *'), 'the schedule is missing');
    });
    it('sends only what was declared', () => {
      const plain = bodyOf(base);
      for (const [field, mark] of [
        [{ graceMs: 6_660_000 }, '"grace'],
        [{ timezone: 'Asia/Kathmandu' }, 'Kathmandu'],
      ] as const) {
        assert(!plain.includes(mark), `${mark} is sent without being declared`);
        assert(
          !same(plain, bodyOf({ ...base, ...field })),
          `${Object.keys(field).join()} is not sent`,
        );
      }
    });
    it('reads a good answer as good and a bad one as bad', () => {
      assert(part.interpret(answer(200, '{}')).status === 'accepted', '200 is not accepted');
      assert(part.interpret(answer(401)).status === 'rejected', '401 is not rejected');
      assert(part.interpret(answer(503)).status === 'unreachable', '503 is not unreachable');
    });
  });
};

const alertPart = ({ describe, it }: ContractRunner, sample: ProviderSample): void => {
  const part = sample.provider().alert;
  if (part === undefined) return;
  describe('alerts', () => {
    it('makes a sound request and says what is wrong before one is made', () => {
      const alert = { title: 'Deploy failed' };
      assert(part.check(alert) === undefined, 'a plain alert is refused');
      assert(part.check({ title: '' }) !== undefined, 'an alert without a title passes');
      checkRequest(part.toRequest('deploys', alert, sampleContext(sample)), sample.provider());
    });
    it('reads any answer without throwing', () => {
      for (const body of bodies)
        for (const status of [200, 400, 401, 429, 500]) part.interpret(answer(status, body));
      assert(part.interpret(answer(429)).status === 'rate-limited', '429 is not rate-limited');
    });
  });
};

const trackPart = ({ describe, it }: ContractRunner, sample: ProviderSample): void => {
  const part: Provider['track'] = sample.provider().track;
  if (part === undefined) return;
  describe('request analytics', () => {
    const event: TrackEvent = {
      method: 'GET',
      path: '/orders',
      statusCode: 200,
      responseTimeMs: 12.5,
    };
    it('makes one sound request of several events', () => {
      const text = part.serialise(event, 1_790_000_000_000);
      assert(text !== undefined, 'a plain event does not fit');
      JSON.parse(text);
      checkRequest(part.toRequest([text, text], sampleContext(sample)), sample.provider());
    });
    it('never throws on an event that JSON cannot say', () => {
      const circular: Record<string, unknown> = {};
      circular['self'] = circular;
      part.serialise({ ...event, metadata: circular }, 0);
      part.serialise({ ...event, metadata: { big: 1n } }, 0);
      part.serialise({ ...event, path: 'x'.repeat(1_000_000) }, 0);
    });
  });
};

/** The tests of the parts that a provider may have or not. */
export const optionalParts = (runner: ContractRunner, sample: ProviderSample): void => {
  batchPart(runner, sample);
  resolvePart(runner, sample);
  upsertPart(runner, sample);
  alertPart(runner, sample);
  trackPart(runner, sample);
};
