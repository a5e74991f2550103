import { describe, expect, it } from 'vitest';
import { createEngine, plainProvider } from '../../test/support/engine.ts';
import { interpretStatus, type ProviderTrack } from '../providers/provider.ts';
import { failWith, respond } from '../testing/index.ts';

const track: ProviderTrack = {
  maxEvents: 3,
  flushIntervalMs: 1_000,
  maxBufferedEvents: 5,
  serialise: ({ path }, timestampMs) =>
    path === '/too-large' ? undefined : JSON.stringify({ path, timestampMs }),
  toRequest: (events) => ({
    method: 'POST',
    url: 'https://plain.example/events',
    body: events.join('\n'),
  }),
  interpret: (response) => interpretStatus(response, true),
};

/** A client that tracks, and the paths of each request. */
const tracking = (changes: Partial<ProviderTrack> = {}) => {
  const engine = createEngine({
    provider: plainProvider({}, { track: { ...track, ...changes } }),
    retry: { baseMs: 1 },
  });
  const { heartbeat, transport } = engine;
  return {
    ...engine,
    follow: (...paths: readonly string[]): void => {
      for (const path of paths)
        heartbeat.track({ method: 'GET', path, statusCode: 200, responseTimeMs: 1 });
    },
    batches: () =>
      transport.requests.map(({ body = '' }) =>
        body.split('\n').map((line) => (JSON.parse(line) as { path: string }).path),
      ),
    counts: () => heartbeat.stats().providers[0]?.events,
  };
};

describe('request analytics', () => {
  it('leave together when there are enough, and after a time when there are not', async () => {
    const { follow, batches, clock, counts } = tracking();
    follow('/a', '/b');
    await clock.advance(999);
    expect(batches()).toEqual([]);
    await clock.advance(1);
    expect(batches()).toEqual([['/a', '/b']]);
    follow('/c', '/d', '/e');
    await clock.settle();
    expect(batches()[1]).toEqual(['/c', '/d', '/e']);
    expect(counts()).toEqual({ sent: 5, dropped: 0, spooled: 0, pending: 0 });
  });

  it('send on at once what became a batch while one was on the wire, and the rest in its time', async () => {
    const { follow, batches, clock, transport } = tracking({ maxBufferedEvents: 20 });
    transport.answerWith(() => undefined);
    follow('/1', '/2', '/3', '/4', '/5', '/6', '/7');
    await clock.settle();
    expect(batches()).toHaveLength(1);
    transport.release(respond(200));
    await clock.settle();
    expect(batches()[1]).toEqual(['/4', '/5', '/6']);
    transport.release(respond(200));
    await clock.settle();
    expect(batches()).toHaveLength(2);
    await clock.advance(1_000);
    expect(batches()[2]).toEqual(['/7']);
  });

  it('leave nothing to the timer when they are flushed', async () => {
    const { follow, batches, clock, transport, heartbeat } = tracking({ maxBufferedEvents: 20 });
    transport.answerWith(() => undefined);
    follow('/1', '/2', '/3', '/4');
    await clock.settle();
    const flushed = heartbeat.flush(500);
    transport.release(respond(200));
    await clock.settle();
    expect(batches()[1]).toEqual(['/4']);
    transport.release(respond(200));
    await clock.settle();
    await expect(flushed).resolves.toMatchObject({ pending: 0 });
  });

  it('drop what cannot be made to fit, and what is over the bound', async () => {
    const { follow, counts, clock, transport } = tracking();
    transport.answerWith(() => undefined);
    follow('/too-large', '/1', '/2', '/3');
    await clock.settle();
    follow('/4', '/5', '/6', '/7', '/8', '/9');
    expect(counts()).toEqual({ sent: 0, dropped: 2, spooled: 0, pending: 8 });
  });

  it('keep their order and their bound through an outage', async () => {
    const { follow, batches, counts, clock, transport } = tracking();
    transport.answerWith(() => undefined);
    follow('/1', '/2', '/3');
    await clock.settle();
    follow('/4', '/5', '/6', '/7');
    transport.release(failWith('reset'));
    await clock.settle();
    expect(counts()).toMatchObject({ dropped: 2, pending: 5 });
    transport.answerWith(() => respond(200));
    await clock.advance(10_000);
    expect(batches().slice(1)).toEqual([
      ['/3', '/4', '/5'],
      ['/6', '/7'],
    ]);
    expect(counts()).toMatchObject({ sent: 5, dropped: 2, pending: 0 });
  });

  it('wait as long as the service asks for', async () => {
    const { follow, batches, clock, transport } = tracking();
    transport.answerWith((_request, index) =>
      index === 0 ? respond(429, '', { 'retry-after': '60' }) : respond(200),
    );
    follow('/1', '/2', '/3');
    await clock.advance(59_000);
    expect(batches()).toHaveLength(1);
    await clock.advance(2_000);
    expect(batches()).toHaveLength(2);
  });

  it.each([
    ['the service refuses', respond(400)],
    ['no address may be reached', failWith('address-refused')],
  ])('are dropped and not tried again when %s', async (_name, answer) => {
    const { follow, batches, counts, clock, transport } = tracking();
    transport.answerWith(() => answer);
    follow('/1', '/2', '/3');
    await clock.advance(60_000);
    expect(batches()).toHaveLength(1);
    expect(counts()).toMatchObject({ sent: 0, dropped: 3, pending: 0 });
  });

  it.each([
    [{ message: 'the key is wrong', reason: 'bad-key' }, 'the key is wrong'],
    [{ reason: 'bad-key' }, 'bad-key'],
    [{}, 'rejected'],
  ])('tell once that the service says the configuration is wrong: %j', async (more, said) => {
    const { follow, clock, heartbeat } = tracking({
      interpret: () => ({ status: 'rejected', misconfigured: true, ...more }),
    });
    const told: unknown[] = [];
    heartbeat.on('misconfigured', ({ provider, message }) => told.push([provider, message]));
    follow('/1', '/2', '/3');
    await clock.settle();
    expect(told).toEqual([['plain', said]]);
  });

  it('are tried again when the answer cannot be read', async () => {
    let asked = 0;
    const { follow, counts, clock } = tracking({
      interpret: () => {
        asked += 1;
        if (asked === 1) throw new Error('odd');
        return { status: 'accepted' };
      },
    });
    follow('/1', '/2', '/3');
    await clock.advance(60_000);
    expect([asked, counts()?.sent]).toEqual([2, 3]);
  });

  it('are dropped when the client closes without time for them, and what is answered afterwards changes nothing', async () => {
    const { follow, counts, clock, transport, heartbeat } = tracking();
    transport.answerWith(() => undefined);
    follow('/1', '/2', '/3', '/4');
    await clock.settle();
    const closed = heartbeat.close(10);
    await clock.advance(10);
    await closed;
    expect(counts()).toEqual({ sent: 0, dropped: 4, spooled: 0, pending: 0 });
    transport.release(respond(200));
    await clock.settle();
    expect(counts()).toEqual({ sent: 0, dropped: 4, spooled: 0, pending: 0 });
  });
});
