import { afterEach, describe, expect, it } from 'vitest';
import { plainProvider } from '../../test/support/engine.ts';
import { createHeartbeat, getHeartbeat, type HeartbeatOptions, initHeartbeat } from '../index.ts';
import { createRecordingTransport } from '../testing/index.ts';

const options = (): HeartbeatOptions => ({
  provider: plainProvider(),
  transport: createRecordingTransport(),
});
const code = (name: string): unknown => expect.objectContaining({ code: `ERR_LUBDUB_${name}` });

let open: (() => Promise<unknown>) | undefined;
afterEach(async () => {
  await open?.();
  open = undefined;
});

describe('the client of the process', () => {
  it('is there from its making to its end, once, and makes room for another', async () => {
    expect(getHeartbeat).toThrow(code('NOT_INITIALIZED'));
    const first = initHeartbeat(options());
    open = () => first.close();
    expect(getHeartbeat()).toBe(first);
    expect(() => initHeartbeat(options())).toThrow(code('ALREADY_INITIALIZED'));
    await first.close();
    expect(getHeartbeat).toThrow(code('NOT_INITIALIZED'));
    const second = initHeartbeat(options());
    open = () => second.close();
    await first.close();
    expect(getHeartbeat()).toBe(second);
  });
});

describe('options', () => {
  it.each([
    ['none at all', undefined, /options/iu],
    ['null', null, /options/iu],
    ['no provider', {}, /"provider"/u],
    ['something else for a provider', { provider: 'healthchecks' }, /"provider"/u],
    ['a list with something else in it', { provider: [plainProvider(), null] }, /"provider\[1\]"/u],
    ['a spool without a folder', { provider: plainProvider(), spool: {} }, /"spool\.directory"/u],
  ])('are refused with their name: %s', (_name, given, named) => {
    const make = (): unknown => createHeartbeat(given as HeartbeatOptions);
    expect(make).toThrow(named);
    expect(make).toThrow(code('INVALID_OPTION'));
  });
});

describe('a client', () => {
  it('stops telling a listener that was taken away, and goes on telling the others', () => {
    const heartbeat = createHeartbeat(options());
    open = () => heartbeat.close();
    const told: string[] = [];
    const off = heartbeat.on('run-started', () => told.push('first'));
    const last = heartbeat.on('run-started', () => told.push('second'));
    off();
    heartbeat.start('a', { sendStart: false }).skip();
    last();
    off();
    heartbeat.start('a', { sendStart: false }).skip();
    expect(told).toEqual(['second']);
  });

  it('that was closed sends nothing any more', async () => {
    const transport = createRecordingTransport();
    const heartbeat = createHeartbeat({ provider: plainProvider(), transport });
    await heartbeat.close();
    heartbeat.every('a').stop();
    heartbeat.track({ method: 'GET', path: '/', statusCode: 200, responseTimeMs: 1 });
    expect(await heartbeat.ping('a')).toMatchObject({
      status: 'dropped',
      providers: [{ reason: 'closed' }],
    });
    expect(transport.requests).toEqual([]);
  });
});
