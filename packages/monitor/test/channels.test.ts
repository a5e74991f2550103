import { createHmac } from 'node:crypto';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { createAlerter } from '../src/channels/alerter.ts';
import type { ChannelOptions } from '../src/channels/channel.ts';
import { readChannels } from '../src/channels/read-channels.ts';
import { openStore } from '../src/store/open-store.ts';
import type { Store } from '../src/store/store.ts';
import { createFolder } from './databases.ts';
import type { TestClock } from './manual-clock.ts';
import { createTestClock } from './manual-clock.ts';
import type { Receiver } from './receiver.ts';
import { startReceiver } from './receiver.ts';
import { useMonitor } from './running-monitor.ts';
import { item } from './store-contract/fixture.ts';

let folder: ReturnType<typeof createFolder>;
let store: Store;
let clock: TestClock;
let receiver: Receiver;
const warnings: string[] = [];
const logger = {
  info: () => {},
  warn: (message: string) => warnings.push(message),
  error: () => {},
};

beforeEach(async () => {
  folder = createFolder();
  store = await openStore(folder.options);
  clock = createTestClock();
  receiver = await startReceiver();
  warnings.length = 0;
  await store.putMonitor('job', { name: 'Nightly <job>' }, 'api', clock.wallMs());
});

afterEach(async () => {
  await store.close();
  await folder.remove();
  await receiver.close();
});

const alerterFor = (channels: Readonly<Record<string, ChannelOptions>>) =>
  createAlerter({
    store,
    clock,
    channels: readChannels(channels),
    logger,
    publicUrl: 'https://beats.example',
  });

const fail = (message = 'disk full'): Promise<unknown> =>
  store.ingest([item('job', 'fail', clock.wallMs(), { message })]);
const succeed = (): Promise<unknown> => store.ingest([item('job', 'success', clock.wallMs())]);

describe('a webhook', () => {
  it('gets each failing and each recovering flip once, signed', async () => {
    const alerter = alerterFor({ ops: { kind: 'webhook', url: receiver.url, secret: 's3cret' } });
    await succeed();
    await alerter.run();
    expect(receiver.received).toEqual([]);
    await fail();
    await alerter.run();
    await alerter.run();
    await succeed();
    await alerter.run();
    expect(receiver.received.map(({ body }) => JSON.parse(body) as unknown)).toMatchObject([
      {
        type: 'flip',
        monitor: { key: 'job' },
        flip: { to: 'down', text: 'run failed: disk full' },
      },
      {
        monitor: { name: 'Nightly <job>' },
        flip: { to: 'up' },
        link: 'https://beats.example/monitors/job',
      },
    ]);
    const [first] = receiver.received;
    expect(first?.headers['x-lubdub-signature']).toBe(
      createHmac('sha256', 's3cret')
        .update(first?.body ?? '')
        .digest('hex'),
    );
  });

  it('is tried again with growing pauses under the same id, also after a restart, and then never again', async () => {
    receiver.answers.push(500, 429);
    const channels = { ops: { kind: 'webhook', url: receiver.url } } as const;
    await fail();
    await alerterFor(channels).run();
    await alerterFor(channels).run();
    expect(receiver.received).toHaveLength(1);
    await clock.advance(15_000);
    await alerterFor(channels).run();
    await store.close();
    store = await openStore(folder.options);
    await clock.advance(29_000);
    await alerterFor(channels).run();
    expect(receiver.received).toHaveLength(2);
    await clock.advance(1000);
    await alerterFor(channels).run();
    await clock.advance(10_000_000);
    await alerterFor(channels).run();
    expect(receiver.received).toHaveLength(3);
    expect(new Set(receiver.received.map(({ headers }) => headers['idempotency-key'])).size).toBe(
      1,
    );
    expect(warnings).toHaveLength(2);
    expect((await store.listDeliveries({})).items).toMatchObject([{ status: 'sent', attempts: 3 }]);
  });

  it('that refuses is not asked again, and the log does not show its address', async () => {
    receiver.answers.push(404);
    const alerter = alerterFor({ ops: { kind: 'webhook', url: `${receiver.url}?token=hidden` } });
    await fail();
    await alerter.run();
    await clock.advance(10_000_000);
    await alerter.run();
    expect(receiver.received).toHaveLength(1);
    expect((await store.listDeliveries({})).items).toMatchObject([
      { status: 'failed', error: 'answered 404' },
    ]);
    expect(warnings.join()).not.toContain('hidden');
  });
});

describe('a Slack-compatible webhook', () => {
  it('gets a line whose text cannot mention anyone', async () => {
    const alerter = alerterFor({ chat: { kind: 'slack', url: receiver.url } });
    await fail('<!channel> & more');
    await alerter.run();
    expect(receiver.received.map(({ body }) => JSON.parse(body) as unknown)).toEqual([
      {
        text: ':red_circle: Nightly &lt;job&gt; is down: run failed: &lt;!channel&gt; &amp; more <https://beats.example/monitors/job|show>',
      },
    ]);
  });
});

describe('e-mail', () => {
  it('is sent by SMTP with a subject that cannot carry other headers', async () => {
    const lines: string[] = [];
    const server = createServer((socket) => {
      let inData = false;
      let rest = '';
      socket.write('220 test\r\n');
      socket.on('data', (chunk) => {
        const whole = (rest + chunk.toString()).split('\r\n');
        rest = whole.pop() ?? '';
        for (const line of whole) {
          lines.push(line);
          if (inData && line !== '.') continue;
          if (inData) inData = false;
          else if (line === 'DATA') inData = true;
          if (line === 'QUIT') socket.end('221 bye\r\n');
          else socket.write(inData ? '354 go on\r\n' : '250 ok\r\n');
        }
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const alerter = alerterFor({
      mail: {
        kind: 'email',
        smtpUrl: `smtp://127.0.0.1:${port}`,
        from: 'beats@example.org',
        to: ['a@example.org', 'b@example.org'],
      },
    });
    await store.putMonitor('job', { name: 'x\r\nBcc: evil@example.org' }, 'api', clock.wallMs());
    await fail();
    await alerter.run();
    await new Promise((resolve) => server.close(resolve));
    expect(lines).toContain('RCPT TO:<a@example.org>');
    expect(lines).toContain('RCPT TO:<b@example.org>');
    expect(lines.join('\n')).toContain(
      'Subject: x Bcc: evil@example.org is down: run failed: disk full',
    );
    expect(lines.some((line) => line.startsWith('Bcc:'))).toBe(false);
    expect((await store.listDeliveries({})).items).toMatchObject([{ status: 'sent' }]);
  });
});

describe('channels in the configuration', () => {
  it.each([
    [{ kind: 'pigeon' }, 'channels.x.kind" got "pigeon"; it takes webhook, slack, email'],
    [{ kind: 'webhook', url: 'ftp://x' }, 'channels.x.url" got "something else"'],
    [{ kind: 'webhook', url: 'https://x', token: 'y' }, 'channels.x.token'],
    [{ kind: 'email', smtpUrl: 'smtp://x', from: '', to: 'a' }, 'channels.x.from'],
  ])('like %j are refused', (channel, text) => {
    expect(() => readChannels({ x: channel as ChannelOptions })).toThrow(text);
  });
});

describe('a running monitor', () => {
  const fixture = useMonitor();

  it('alerts on its own, and beats outward while evaluation progresses', async () => {
    const outward = await startReceiver();
    const monitor = await fixture.start({
      monitors: { watched: { intervalMs: 60_000, graceMs: 1000 } },
      channels: { ops: { kind: 'webhook', url: receiver.url } },
      beatUrl: outward.url,
    });
    await monitor.store.ingest([item('watched', 'success', fixture.clock.wallMs())]);
    await fixture.clock.advance(62_000);
    await receiver.until(1);
    expect(receiver.received.map(({ body }) => JSON.parse(body) as unknown)).toMatchObject([
      { monitor: { key: 'watched' }, flip: { cause: 'missed' } },
    ]);
    await outward.until(2);
    await monitor.close();
    await outward.close();
    expect(receiver.received).toHaveLength(1);
  });
});
