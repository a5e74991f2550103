import {
  chmodSync,
  chownSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createHeartbeat, type HeartbeatClient, type HeartbeatOptions } from '../src/index.ts';
import { healthchecks } from '../src/providers/healthchecks.ts';
import { lubdub } from '../src/providers/lubdub.ts';
import { peekapi } from '../src/providers/peekapi.ts';
import { createManualClock, startPingServer, type PingServer } from '../src/testing/index.ts';
import type { Transport, TransportRequest } from '../src/index.ts';
import { inFullFolder } from './support/full-folder.ts';

const nobody = 65_534;

let above = '';
let directory = '';
let server: PingServer;
let warnings: string[] = [];
beforeEach(async () => {
  above = mkdtempSync(join(tmpdir(), 'lubdub-spool-'));
  directory = join(above, 'spool');
  warnings = [];
  server = await startPingServer();
});
afterEach(async () => {
  await server.close();
  rmSync(above, { recursive: true, force: true });
});

const warn = (text: string): void => void warnings.push(text);
const clientOf = (options: HeartbeatOptions): HeartbeatClient =>
  createHeartbeat({ spool: { directory, flushMs: 0 }, logger: { warn, error: warn }, ...options });

/** A service that is down, or answers 200; in the place of a network. */
const service = (up: () => boolean): { transport: Transport; requests: TransportRequest[] } => {
  const requests: TransportRequest[] = [];
  const transport: Transport = {
    name: 'service',
    send(request, done) {
      if (up()) requests.push(request);
      setImmediate(() =>
        up()
          ? done({ kind: 'response', status: 200, headers: {}, body: 'OK' })
          : done({ kind: 'failure', reason: 'refused', message: 'down', sent: false }),
      );
    },
    close: () => undefined,
  };
  return { transport, requests };
};

const filesIn = (path: string): string[] =>
  readdirSync(path, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
const everything = (path: string): string =>
  filesIn(path)
    .map((file) => file + readFileSync(file, 'utf8'))
    .join('\n');

describe('a client with a spool', () => {
  it('leaves what it could not deliver to the next client, private and under the same id', async () => {
    const down = service(() => false);
    const first = clientOf({
      provider: lubdub({ baseUrl: server.url }),
      transport: down.transport,
    });
    const outcome = first.ping('nightly-backup', { state: 'fail', message: 'disk full' });
    await first.close(50);
    expect((await outcome).status).toBe('spooled');
    const [path = ''] = filesIn(directory);
    const [, id = ''] = /"i":"([^"]+)"/u.exec(readFileSync(path, 'utf8')) ?? [];
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(statSync(directory).mode & 0o777).toBe(0o700);

    const second = clientOf({ provider: lubdub({ baseUrl: server.url }) });
    await second.flush();
    expect(server.pings).toMatchObject([{ id, key: 'nightly-backup', state: 'fail' }]);
    await second.close();
    expect(filesIn(directory)).toEqual([]);
  });

  it('writes nothing for what is delivered within the flush window', async () => {
    const spool = { directory, flushMs: 60_000 };
    const heartbeat = clientOf({ provider: lubdub({ baseUrl: server.url }), spool });
    await heartbeat.run('quick', async () => 1);
    await heartbeat.flush();
    expect(heartbeat.stats().providers[0]?.spool).toMatchObject({ bytes: 0, stored: 0 });
    await heartbeat.close();
    expect(server.pings).toHaveLength(2);
    expect(() => readdirSync(directory)).toThrow('ENOENT');
  });

  it('never sends a success of long ago as fresh, and tells a late fail with its time', async () => {
    const clock = createManualClock();
    let isUp = false;
    const { transport, requests } = service(() => isUp);
    const provider = healthchecks({ pingKey: 'a'.repeat(22) });
    const first = clientOf({ provider, transport, clock });
    void first.ping('old-success', { state: 'success' });
    void first.ping('old-fail', { state: 'fail', message: 'disk full' });
    await clock.advance(10);
    const closing = first.close(10);
    await clock.advance(20);
    await closing;

    clock.jumpWall(3_600_000);
    isUp = true;
    const second = clientOf({ provider, transport, clock });
    await clock.advance(1_000);
    expect(requests.map(({ url }) => url.split('/').slice(-2).join('/'))).toEqual([
      'old-fail/fail',
    ]);
    expect(requests[0]?.body).toContain('happened 2026-01-01T00:00:00');
    expect(second.stats().providers[0]?.dropped).toEqual({ stale: 1 });
    const last = second.close(10);
    await clock.advance(20);
    await last;
  });

  it('takes no success for fresh that the clock, set back, puts into the future', async () => {
    const clock = createManualClock();
    let isUp = false;
    const { transport, requests } = service(() => isUp);
    const provider = healthchecks({ pingKey: 'a'.repeat(22) });
    const first = clientOf({ provider, transport, clock });
    void first.ping('job', { state: 'success' });
    const closing = first.close(10);
    await clock.advance(20);
    await closing;
    clock.jumpWall(-7_200_000);
    isUp = true;
    const second = clientOf({ provider, transport, clock });
    await clock.advance(1_000);
    expect(requests).toEqual([]);
    expect(second.stats().providers[0]?.dropped).toEqual({ stale: 1 });
    const last = second.close(10);
    await clock.advance(20);
    await last;
  });

  it('keeps request analytics of PeekAPI, and sends each event once', async () => {
    let isUp = false;
    const { transport, requests } = service(() => isUp);
    const provider = peekapi({ apiKey: 'peek-key-1' });
    const event = { method: 'GET', path: '/a', statusCode: 200, responseTimeMs: 3 };
    const first = clientOf({ provider, transport });
    for (let index = 0; index < 250; index += 1) first.track({ ...event, path: `/${index}` });
    await first.close(20);
    isUp = true;
    const second = clientOf({ provider, transport });
    await second.flush();
    await second.close();
    const paths = requests.flatMap(({ body }) =>
      (JSON.parse(body ?? '[]') as { path: string }[]).map(({ path }) => path),
    );
    expect(new Set(paths).size).toBe(250);
    expect(paths).toHaveLength(250);
    expect(filesIn(directory)).toEqual([]);
  });
});

describe('what is on the disk', () => {
  const secrets = ['s3cr3t-ping-key-abcdef', '0f8fad5b-d9cb-469f-a165-70867728950e'] as const;

  it('holds no configured secret, wherever the user has put it', async () => {
    const [pingKey, uuid] = secrets;
    const { transport } = service(() => false);
    const provider = [
      healthchecks({ pingKey }),
      healthchecks({ monitors: { declared: uuid } }),
      lubdub({ apiKey: pingKey }),
    ];
    const heartbeat = clientOf({ provider, transport, captureErrors: 'stack' });
    const run = heartbeat.start('declared', {
      metadata: { url: `https://x/${uuid}`, [pingKey]: 1 },
    });
    run.log(`using ${pingKey}`);
    run.fail(new Error(`could not reach https://hc-ping.com/${uuid}`));
    void heartbeat.ping(uuid, { message: pingKey, groupKey: uuid, metadata: { deep: [{ uuid }] } });
    heartbeat.start(uuid);
    const crashed = await vi.waitFor(
      () => {
        const text = everything(directory);
        expect(text.length).toBeGreaterThan(1_000);
        return text;
      },
      { timeout: 90_000 },
    );
    await heartbeat.close(20);
    for (const text of [crashed, everything(directory)]) {
      expect(text.length).toBeGreaterThan(1_000);
      for (const secret of secrets) expect(text).not.toContain(secret);
    }
  });

  it('waits for a key that is itself the secret until somebody names it', async () => {
    const [, uuid] = secrets;
    let isUp = false;
    const { transport, requests } = service(() => isUp);
    const provider = healthchecks();
    const first = clientOf({ provider, transport });
    void first.ping(uuid, { state: 'fail', message: 'broken' });
    await first.close(20);
    isUp = true;
    const second = clientOf({ provider, transport });
    await second.flush();
    expect(requests).toEqual([]);
    await second.close();
    const third = clientOf({ provider: healthchecks({ monitors: { [uuid]: {} } }), transport });
    await third.flush();
    expect(requests.map(({ body }) => body?.includes('broken'))).toEqual([true]);
    await third.close();
  });
});

describe('a folder that cannot be used', () => {
  const cases: readonly (readonly [string, () => void, RegExp])[] = [
    ['is a file', () => writeFileSync(directory, ''), /is a file; name a folder/u],
    [
      'lies under a file',
      () => {
        writeFileSync(directory, '');
        directory = join(directory, 'below');
      },
      /under a file|ENOTDIR|cannot be used/u,
    ],
    ['is a symbolic link', () => symlinkSync(above, directory), /symbolic link/u],
    [
      'is open to everybody',
      () => {
        mkdirSync(directory);
        chmodSync(directory, 0o777);
      },
      /chmod 700/u,
    ],
  ];

  it.each(cases)('that %s is warned of once, and pings go on', async (_name, prepare, text) => {
    prepare();
    const heartbeat = clientOf({ provider: lubdub({ baseUrl: server.url }) });
    await heartbeat.run('job', async () => 1);
    await heartbeat.flush();
    await heartbeat.run('job', async () => 2);
    await heartbeat.close();
    expect(server.pings).toHaveLength(4);
    expect(warnings).toHaveLength(1);
    expect(warnings[0]).toMatch(text);
    expect(warnings[0]).toContain('[ERR_LUBDUB_SPOOL_UNUSABLE]');
  });

  /** A ping that could not be delivered, and what was said of the folder. */
  const warnedOf = async (): Promise<readonly string[]> => {
    const { transport } = service(() => false);
    const heartbeat = clientOf({ provider: lubdub({ baseUrl: server.url }), transport });
    const outcome = heartbeat.ping('job');
    await heartbeat.close(30);
    expect((await outcome).status).not.toBe('spooled');
    return warnings;
  };
  const isRoot = process.geteuid?.() === 0;

  it('that belongs to another user is warned of once', async () => {
    mkdirSync(directory);
    // Who is not root has root's folders.
    if (isRoot) chownSync(directory, nobody, nobody);
    else directory = '/usr';
    expect(await warnedOf()).toEqual([
      expect.stringMatching(/another user; .*chown it\. \[ERR_LUBDUB_SPOOL_UNUSABLE\]/u),
    ]);
  });

  it('that is not writable is warned of once', async () => {
    mkdirSync(directory, { mode: 0o500 });
    if (isRoot) {
      for (const path of [above, directory]) chownSync(path, nobody, nobody);
      process.seteuid?.(nobody);
    }
    try {
      expect(await warnedOf()).toEqual([
        expect.stringMatching(/not writable; give .*\[ERR_LUBDUB_SPOOL_UNUSABLE\]/u),
      ]);
    } finally {
      if (isRoot) process.seteuid?.(0);
    }
  });

  it('that takes no more bytes is warned of once, and all is delivered from memory', async () => {
    const told = await inFullFolder(directory, (command) => `ulimit -f 128; exec ${command}`);
    expect(told).toMatchObject({ delivered: 300, thrown: 0 });
    expect(told.warnings).toEqual([expect.stringMatching(/ulimit -f.*SPOOL_UNUSABLE/u)]);
  });
});
