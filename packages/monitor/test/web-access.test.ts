import { describe, expect, it } from 'vitest';

import { createApiKey } from '../src/access/api-keys.ts';
import type { RunningMonitor } from '../src/index.ts';
import { createTestClock } from './manual-clock.ts';
import { useMonitor } from './running-monitor.ts';
import { adminKey, everyPage } from './web-fixture.ts';

const fixture = useMonitor();
const start: typeof fixture.start = (options) => fixture.start(options);

const send = (
  monitor: RunningMonitor,
  path: string,
  fields: Readonly<Record<string, string>>,
  headers: Readonly<Record<string, string>> = {},
): Promise<Response> =>
  fetch(`${monitor.url}${path}`, {
    method: 'POST',
    redirect: 'manual',
    headers: { origin: monitor.url, ...headers },
    body: new URLSearchParams(fields),
  });

const signIn = async (monitor: RunningMonitor, key: string): Promise<string> => {
  const answer = await send(monitor, '/login', { key });
  expect(answer.status).toBe(303);
  return (answer.headers.get('set-cookie') ?? '').split(';', 1)[0] ?? '';
};

const tokenOf = async (monitor: RunningMonitor, cookie: string): Promise<string> => {
  const page = await fetch(`${monitor.url}/settings`, { headers: { cookie } });
  return /name="token" value="([^"]+)"/.exec(await page.text())?.[1] ?? '';
};

const visit = (monitor: RunningMonitor, path: string, cookie = ''): Promise<Response> =>
  fetch(`${monitor.url}${path}`, { redirect: 'manual', headers: { cookie, accept: 'text/html' } });

describe('a monitor with an admin key', () => {
  it('shows no page to a stranger, and leads back after signing in', async () => {
    const monitor = await start({ adminKey });
    for (const path of everyPage('sync')) {
      const answer = await visit(monitor, path);
      expect([path, answer.status]).toEqual([path, 303]);
      expect(answer.headers.get('location')).toBe(`/login?next=${encodeURIComponent(path)}`);
    }
    const answer = await send(monitor, '/login', { key: adminKey, next: '/alerts?view=changes' });
    expect(answer.headers.get('location')).toBe('/alerts?view=changes');
  });

  it.each([
    'https://evil.test/',
    '//evil.test',
    String.raw`/\evil.test`,
    'javascript:alert(1)',
    '/\t/evil.test',
  ])('leads nobody to %s', async (next) => {
    const monitor = await start({ adminKey });
    const answer = await send(monitor, '/login', { key: adminKey, next });
    const location = answer.headers.get('location') ?? '';
    expect(new URL(location, monitor.url).origin).toBe(new URL(monitor.url).origin);
  });

  it('keeps the key out of the cookie and the cookie away from scripts', async () => {
    const monitor = await start({ adminKey });
    const answer = await send(monitor, '/login', { key: adminKey });
    const cookie = answer.headers.get('set-cookie') ?? '';
    expect(cookie).toMatch(
      /^lubdub_session=[\w-]+; Path=\/; HttpOnly; SameSite=Lax; Max-Age=604800$/,
    );
    expect(cookie).not.toContain(adminKey);
    const secure = await send(
      monitor,
      '/login',
      { key: adminKey },
      { 'x-forwarded-proto': 'https' },
    );
    expect(secure.headers.get('set-cookie')).toMatch(/; Secure$/);
  });

  it('refuses wrong keys and keys that may only ping, and after ten of them any', async () => {
    const monitor = await start({ adminKey });
    const ping = await createApiKey(monitor.store, 'jobs', 'ping', 0);
    expect((await send(monitor, '/login', { key: ping.secret })).status).toBe(401);
    for (let count = 0; count < 9; count += 1) {
      expect((await send(monitor, '/login', { key: `guess-${count}` })).status).toBe(401);
    }
    const refused = await send(monitor, '/login', { key: adminKey });
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([429, '60']);
    await fixture.clock.advance(60_000);
    await signIn(monitor, adminKey);
  });

  it('ends a session with its key and by signing out', async () => {
    const monitor = await start({ adminKey });
    const reader = await createApiKey(monitor.store, 'wall', 'read', 0);
    const cookie = await signIn(monitor, reader.secret);
    expect((await visit(monitor, '/', cookie)).status).toBe(200);
    await monitor.store.deleteApiKey(reader.key.id);
    await fixture.clock.advance(11_000);
    expect((await visit(monitor, '/', cookie)).status).toBe(303);

    const admin = await signIn(monitor, adminKey);
    expect((await visit(monitor, '/', admin)).status).toBe(200);
    const out = await send(monitor, '/logout', {}, { cookie: admin });
    expect(out.headers.get('set-cookie')).toMatch(/^lubdub_session=; .*Max-Age=0/);
    expect((await visit(monitor, '/', `${admin.slice(0, -2)}xx`)).status).toBe(303);
  });

  it('keeps a session over a restart for seven days', async () => {
    const first = await start({ adminKey });
    const cookie = await signIn(first, adminKey);
    await first.close();
    const laterMs = 7 * 24 * 3_600_000;
    for (const [waitedMs, status] of [
      [laterMs - 1, 200],
      [laterMs, 303],
    ] as const) {
      const clock = createTestClock(fixture.clock.wallMs() + waitedMs);
      const later = await start({ adminKey, clock });
      expect((await visit(later, '/', cookie)).status).toBe(status);
      await later.close();
    }
  });

  it('lets a read key see and not change', async () => {
    const monitor = await start({ adminKey, monitors: { sync: {} } });
    const { secret } = await createApiKey(monitor.store, 'wall', 'read', 0);
    const cookie = await signIn(monitor, secret);
    const token = (await monitor.store.findMonitor({ by: 'key', value: 'sync' }))?.pingToken ?? '-';
    for (const path of everyPage('sync')) {
      const text = await (await visit(monitor, path, cookie)).text();
      expect([path, text.includes(token)]).toEqual([path, false]);
      expect([path, /action="\/(?:new|monitors|settings)/.test(text)]).toEqual([path, false]);
    }
    const answer = await send(monitor, '/monitors/sync/pause', {}, { cookie });
    expect(answer.status).toBe(403);
    expect((await monitor.store.getMonitor('sync', 0))?.health).toBe('new');
  });
});

describe('a form', () => {
  const paths = [
    '/new',
    '/monitors/sync/edit',
    '/monitors/sync/pause',
    '/monitors/sync/resume',
    '/monitors/sync/delete',
    '/monitors/sync/maintenance',
    '/monitors/sync/maintenance/remove',
    '/alerts/x/resolve',
    '/alerts/channels/x/test',
    '/settings/grace',
    '/settings/keys',
    '/settings/keys/aaaaaaaaaaaa/delete',
  ];

  it.each(paths)('sent to %s is refused without the token of its session', async (path) => {
    const monitor = await start({ adminKey, monitors: { sync: {} } });
    const cookie = await signIn(monitor, adminKey);
    const other = await tokenOf(monitor, await signIn(monitor, adminKey));
    const fields = { key: 'made', interval: '1h', grace: '1m', name: 'made', scope: 'admin' };
    for (const token of [{}, { token: '' }, { token: 'a.b' }, { token: other }]) {
      const answer = await send(monitor, path, { ...fields, ...token }, { cookie });
      expect(answer.status).toBe(403);
    }
    const token = await tokenOf(monitor, cookie);
    for (const headers of [
      { origin: 'https://evil.test' },
      { origin: 'null' },
      { 'sec-fetch-site': 'cross-site' },
    ]) {
      const answer = await send(monitor, path, { ...fields, token }, { cookie, ...headers });
      expect(answer.status).toBe(403);
    }
    expect((await monitor.store.listMonitors({}, 0)).items.map(({ key }) => key)).toEqual(['sync']);
    expect(await monitor.store.listApiKeys()).toEqual([]);
  });

  it('of an open monitor takes no token of another page either', async () => {
    const monitor = await start({ monitors: { sync: {} } });
    const fields = { token: await tokenOf(monitor, '') };
    const path = '/monitors/sync/pause';
    expect((await send(monitor, path, {})).status).toBe(403);
    expect((await send(monitor, path, fields, { origin: 'https://evil.test' })).status).toBe(403);
    expect((await send(monitor, path, fields)).status).toBe(303);
    expect((await monitor.store.getMonitor('sync', 0))?.health).toBe('paused');
  });

  it('that is too long, of another kind or malformed is refused without a trace of the code', async () => {
    const monitor = await start();
    const answers = [
      await send(monitor, '/new', { key: 'x'.repeat(70_000) }),
      await fetch(`${monitor.url}/new`, {
        method: 'POST',
        headers: { 'content-type': 'text/xml' },
        body: '<a/>',
      }),
      await fetch(`${monitor.url}/monitors/%E0%A4%A`),
      await fetch(`${monitor.url}/monitors/${'x'.repeat(2000)}`),
    ];
    expect(answers.map(({ status }) => status)).toEqual([413, 415, 400, 414]);
    for (const answer of answers) expect(await answer.text()).not.toMatch(/\.ts:|node_modules|at /);
  });
});
