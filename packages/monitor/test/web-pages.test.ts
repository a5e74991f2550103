import { gunzipSync } from 'node:zlib';

import { describe, expect, it } from 'vitest';

import type { RunningMonitor } from '../src/index.ts';
import { postJson, useMonitor } from './running-monitor.ts';
import {
  adminKey,
  everyPage,
  hostile,
  hostileChannels,
  seedBoard,
  seedHostile,
} from './web-fixture.ts';

const fixture = useMonitor();
const start: typeof fixture.start = (options) => fixture.start(options);

const authorization = `Bearer ${adminKey}`;

const read = async (monitor: RunningMonitor, path: string): Promise<string> =>
  (await fetch(`${monitor.url}${path}`, { headers: { authorization } })).text();

describe('every page', () => {
  it('writes hostile texts as text: no tag, no attribute, no script of theirs', async () => {
    const monitor = await start({ adminKey, channels: hostileChannels });
    const key = await seedHostile(monitor, fixture.clock.wallMs());
    let shown = 0;
    for (const path of everyPage(key)) {
      const page = await read(monitor, path);
      shown += page.split('&lt;img src=x').length - 1;
      const tags = page.match(/<[a-z!/](?:"[^"]*"|[^">])*>/gi) ?? [];
      const bare = tags.map((tag) => tag.replaceAll(/"[^"]*"/g, '""'));
      const bad = /^<(?:img|iframe|object)|\son\w+=|\sstyle=|=[^"]/i;
      expect([path, bare.filter((tag) => bad.test(tag))]).toEqual([path, []]);
      expect([path, page.match(/(?:href|src|action)="(?![/#?])[^"]*"/g) ?? []]).toEqual([path, []]);
      expect([path, page.match(/<script(?! src="\/assets\/)/g) ?? []]).toEqual([path, []]);
    }
    expect(shown).toBeGreaterThan(30);
  });

  it('forbids inline scripts and styles, frames and foreign hosts, and is kept by nobody', async () => {
    const monitor = await start();
    const { headers } = await fetch(monitor.url);
    const policy = headers.get('content-security-policy') ?? '';
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("script-src 'self'");
    expect(policy).toContain("style-src 'self'");
    expect(policy).toContain("frame-ancestors 'none'");
    expect(policy).not.toContain('unsafe');
    expect(headers.get('cache-control')).toBe('no-store');
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.get('referrer-policy')).toBe('same-origin');
  });
});

describe('the board', () => {
  it('is painted with less than 200 kB for 100 monitors, before compression', async () => {
    const monitor = await start();
    await seedBoard(monitor, 101, fixture.clock.wallMs());
    const page = await read(monitor, '/');
    const assets = [...page.matchAll(/(?:src|href)="(\/assets\/[^"]+)"/g)].map(
      ([, path]) => path ?? '',
    );
    expect(assets).toHaveLength(3);
    let bytes = Buffer.byteLength(page);
    for (const path of assets) {
      const answer = await fetch(`${monitor.url}${path}`);
      expect(answer.headers.get('cache-control')).toBe('public, max-age=31536000, immutable');
      bytes += (await answer.arrayBuffer()).byteLength;
    }
    expect(page.match(/<tr id="rest-/g)).toHaveLength(100);
    expect(bytes).toBeLessThan(200_000);
  });

  it('is sent compressed to those who take that', async () => {
    const monitor = await start({ monitors: { sync: {} } });
    const plain = await fetch(monitor.url, { headers: { 'accept-encoding': 'identity' } });
    expect(plain.headers.get('content-encoding')).toBeNull();
    const { request } = await import('node:http');
    const body = await new Promise<Buffer>((resolve, reject) => {
      request(monitor.url, { headers: { 'accept-encoding': 'gzip' } }, (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('end', () => resolve(Buffer.concat(chunks)));
      })
        .on('error', reject)
        .end();
    });
    expect(gunzipSync(body).toString()).toContain('href="/monitors/sync"');
  });

  it('leads to the next hundred, and finds by text, tag and state', async () => {
    const monitor = await start();
    await seedBoard(monitor, 103, fixture.clock.wallMs());
    const first = await read(monitor, '/');
    const next = (/rel="next" href="([^"]+)"/.exec(first)?.[1] ?? '').replaceAll('&amp;', '&');
    const second = await read(monitor, next);
    expect(second.match(/<tr id="rest-/g)).toHaveLength(3);
    expect(second).not.toContain('rel="next"');
    const found = await read(monitor, '/?q=NUMBER+42&tag=nightly');
    expect(found.match(/<tr id="rest-/g)).toHaveLength(1);
    expect(await read(monitor, '/?q=nobody')).toContain('No monitor matches');
    expect(await read(monitor, '/?tag=other')).toContain('No monitor matches');
    const down = await read(monitor, '/?state=down');
    expect(down).toContain('class="badge bad"');
    expect(down).not.toContain('data-state="up"');
  });

  it('lists twenty that need attention, the worst first, and says how many more there are', async () => {
    const monitor = await start();
    const nowMs = fixture.clock.wallMs();
    const send = (key: string, state: 'success' | 'fail', timestampMs: number) =>
      monitor.store.ingest([
        {
          monitor: { by: 'key', value: key },
          ping: { id: state, state, timestampMs, receivedMs: timestampMs, dialect: 'lubdub' },
        },
      ]);
    for (let index = 0; index < 125; index += 1) {
      const key = `job-${index + 100}`;
      const schedule = { kind: 'interval', intervalMs: 60_000 } as const;
      await monitor.store.putMonitor(key, { schedule, graceMs: 3_600_000 }, 'api', nowMs);
      // the first by name are late, the last are down
      if (index < 30) await send(key, 'success', nowMs - 120_000);
      else await send(key, index < 110 ? 'success' : 'fail', nowMs);
    }
    const page = await read(monitor, '/');
    const rows = [...page.matchAll(/<tr id="attention-[^>]+data-state="(\w+)"/g)];
    const states = rows.map(([, state]) => state);
    expect(states.filter((state) => state === 'down')).toHaveLength(15);
    expect(states.slice(15)).toEqual(['late', 'late', 'late', 'late', 'late']);
    const unlisted = (text: string) =>
      [...text.matchAll(/href="([^"]+)"\s*>(\d+ more \w+)</g)].map(([, href, words]) => [
        href,
        words,
      ]);
    expect(unlisted(page)).toEqual([['/?state=late', '25 more late']]);
    expect(await read(monitor, '/?state=late')).not.toContain('id="beyond"');
    for (let index = 0; index < 10; index += 1) await send(`job-${index + 190}`, 'fail', nowMs + 1);
    expect(unlisted(await read(monitor, '/'))).toEqual([
      ['/?state=down', '5 more down'],
      ['/?state=late', '30 more late'],
    ]);
  });

  it('teaches while there is nothing to show', async () => {
    const monitor = await start();
    expect(await read(monitor, '/')).toContain('Three steps to the first beat');
    await monitor.store.putMonitor('sync', {}, 'api', fixture.clock.wallMs());
    const empty = [
      '/monitors/sync',
      '/monitors/sync/runs',
      '/monitors/sync/pings',
      '/alerts',
      '/alerts?view=received',
      '/requests',
      '/settings',
    ];
    for (const path of empty) {
      expect([path, (await read(monitor, path)).includes('class="empty')]).toEqual([path, true]);
    }
  });
});

describe('a badge', () => {
  it('tells name and state to whoever has its address, and nothing to those who guess', async () => {
    const monitor = await start({ adminKey, monitors: { sync: { name: hostile.slice(0, 190) } } });
    const setup = await read(monitor, '/monitors/sync/setup');
    const address = /<code>([^<]*\/badges\/[^<]+)<\/code>/.exec(setup)?.[1] ?? '';
    const shown = async () => (await fetch(address)).text();
    const answer = await fetch(address);
    expect(answer.headers.get('content-type')).toBe('image/svg+xml; charset=utf-8');
    expect(await shown()).toContain('>new</text>');
    expect(await shown()).not.toMatch(/<(?:img|script)/);
    await postJson(
      `${monitor.url}/api/v1/pings`,
      { pings: [{ id: 'p', key: 'sync', state: 'fail' }] },
      { authorization },
    );
    expect(await shown()).toContain('>down</text>');
    const [id] = /[0-9a-f]{24}/.exec(address) ?? [''];
    const other = `${id.slice(0, -1)}${id.endsWith('0') ? '1' : '0'}`;
    for (const wrong of [
      address.replace(id, other),
      `${address}x`,
      address.slice(0, -6) + 'x.svg',
    ]) {
      expect((await fetch(wrong)).status).toBe(404);
    }
  });
});

describe('live news', () => {
  const listen = async (monitor: RunningMonitor) => {
    const answer = await fetch(`${monitor.url}/live`, { headers: { authorization } });
    const reader = (answer.body as ReadableStream<Uint8Array>).getReader();
    let text = '';
    const next = async (): Promise<boolean> => {
      const { done, value } = await reader.read();
      text += Buffer.from(value ?? []).toString();
      return !done;
    };
    return { answer, next, text: () => text };
  };

  it('say which monitors changed, once a second however much happened', async () => {
    const monitor = await start({ adminKey, monitors: { sync: {}, other: {} } });
    const news = await listen(monitor);
    expect(news.answer.headers.get('content-type')).toBe('text/event-stream; charset=utf-8');
    await news.next();
    const pings = Array.from({ length: 500 }, (_, index) => ({
      id: `p${index}`,
      key: 'sync',
      state: 'success',
    }));
    await postJson(`${monitor.url}/api/v1/pings`, { pings }, { authorization });
    await fixture.clock.advance(1000);
    await news.next();
    const messages = news.text().match(/^data: .*$/gm) ?? [];
    expect(messages.map((line) => JSON.parse(line.slice(6)) as unknown)).toEqual([
      { keys: ['sync'], topics: ['alerts'] },
    ]);
  });

  it('end when the monitor ends, so that they do not hold it up', async () => {
    const monitor = await start({ adminKey });
    const news = await listen(monitor);
    await news.next();
    await monitor.close();
    while (await news.next());
    expect(news.text()).toBe('retry: 2000\n\n');
  });

  it('end after a quarter of an hour, so that a session that has ended gets no more', async () => {
    const monitor = await start({ adminKey, evaluateEveryMs: 60_000 });
    const news = await listen(monitor);
    await news.next();
    await fixture.clock.advance(15 * 60_000 - 1);
    const sent = news.text().length;
    await fixture.clock.advance(20_001);
    while (await news.next());
    expect(sent).toBe('retry: 2000\n\n'.length);
    expect(news.text()).toMatch(/^retry: 2000\n\n(?::\n\n){44}$/);
  });

  it('are not for strangers', async () => {
    const monitor = await start({ adminKey });
    const answer = await fetch(`${monitor.url}/live`, { headers: { 'sec-fetch-mode': 'cors' } });
    expect(answer.status).toBe(401);
  });
});
