import 'reflect-metadata';
import type { INestApplication } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { Test } from '@nestjs/testing';
import { type PingServer, startPingServer } from '@lubdub/core/testing';
import { HeartbeatTestingModule } from '@lubdub/nestjs/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ApplicationModule, Reports } from '../src/application.js';

let server: PingServer;
let app: INestApplication | undefined;
beforeEach(async () => {
  server = await startPingServer();
  process.env['LUBDUB_URL'] = server.url;
});
afterEach(async () => {
  await app?.close();
  app = undefined;
  await server.close();
});

describe('an application on NestJS 12', () => {
  it('tells a real receiver how its methods and its timers end, and answers as before', async () => {
    app = await NestFactory.create(ApplicationModule, { logger: false });
    await app.listen(0, '127.0.0.1');
    const url = `${await app.getUrl()}/reports`;
    const good = await fetch(url);
    expect([good.status, await good.text()]).toEqual([200, '3 rows']);
    const bad = await fetch(url, { method: 'POST' });
    expect(bad.status).toBe(500);
    await server.until(
      ({ pings }) => pings.some(({ key, state }) => key === 'sweep' && state === 'success'),
      90_000,
    );
    await app.close();
    const told = new Set(server.distinct.map(({ key, state }) => `${key} ${state}`));
    expect([...told].toSorted()).toEqual([
      'broken-report fail',
      'broken-report start',
      'report start',
      'report success',
      'sweep start',
      'sweep success',
    ]);
  });

  it('is tested without a receiver by the testing module', async () => {
    const heartbeat = HeartbeatTestingModule.forRoot();
    const made = await Test.createTestingModule({
      imports: [heartbeat],
      providers: [Reports],
    }).compile();
    await expect(made.get(Reports).write(2)).resolves.toBe('2 rows');
    await heartbeat.recording.assertSucceeded('report');
    await made.close();
  });
});
