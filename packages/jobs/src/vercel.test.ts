import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createRecorded, type Recorded } from '../test/support/recorded.ts';
import { withHeartbeat } from './vercel.ts';

const requestContext = Symbol.for('@vercel/request-context');
const globals = globalThis as Record<symbol, unknown>;

describe('withHeartbeat for Vercel', () => {
  let recorded: Recorded;
  beforeEach(() => {
    recorded = createRecorded();
  });
  afterEach(async () => {
    delete globals[requestContext];
    await recorded.client.close(100);
  });

  it("hands the delivery to the platform's waitUntil, the answer does not wait", async () => {
    const handed: Promise<unknown>[] = [];
    globals[requestContext] = {
      get: () => ({ waitUntil: (promise: Promise<unknown>) => handed.push(promise) }),
    };
    const GET = withHeartbeat('report', async () => new Response('ok'), {
      client: recorded.client,
    });
    expect(await (await GET()).text()).toBe('ok');
    expect(handed).toHaveLength(1);
    expect(await handed[0]).toMatchObject({ status: 'accepted' });
    expect(await recorded.states()).toEqual(['report:start', 'report:success']);
  });

  it('waits for the delivery itself where there is no waitUntil', async () => {
    const GET = withHeartbeat('report', async () => new Response('ok'), {
      client: recorded.client,
    });
    await GET();
    expect(recorded.transport.requests.map(({ body }) => body).join()).toContain('"success"');
  });

  it('tells a Response of 500 or more as a fail, a 404 as a success', async () => {
    const GET = withHeartbeat('report', async (status: number) => new Response('', { status }), {
      client: recorded.client,
    });
    await GET(503);
    await GET(404);
    expect(await recorded.states()).toEqual([
      'report:start',
      'report:fail',
      'report:start',
      'report:success',
    ]);
  });
});
