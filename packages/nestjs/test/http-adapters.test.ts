import { heartbeat as expressHeartbeat } from '@lubdub/express';
import { heartbeatPlugin } from '@lubdub/fastify';
import { createRecordingHeartbeat } from '@lubdub/core/testing';
import { Controller, InternalServerErrorException, Post } from '@nestjs/common';
import { FastifyAdapter, type NestFastifyApplication, RouteConfig } from '@nestjs/platform-fastify';
import { Test } from '@nestjs/testing';
import { describe, expect, it } from 'vitest';

@Controller('jobs')
class Jobs {
  @Post('good')
  @RouteConfig({ heartbeat: 'good' })
  good(): string {
    return 'done';
  }
  @Post('bad')
  @RouteConfig({ heartbeat: 'bad' })
  bad(): never {
    throw new InternalServerErrorException();
  }
}

const call = async (url: string): Promise<readonly number[]> => {
  const statuses: number[] = [];
  for (const path of ['good', 'bad'])
    statuses.push((await fetch(`${url}/jobs/${path}`, { method: 'POST' })).status);
  return statuses;
};

describe('the HTTP adapters in an application of Nest', () => {
  it('Fastify: the plugin sees the routes that @RouteConfig names', async () => {
    const recording = createRecordingHeartbeat();
    const app = (
      await Test.createTestingModule({ controllers: [Jobs] }).compile()
    ).createNestApplication<NestFastifyApplication>(new FastifyAdapter(), { logger: false });
    await app.register(heartbeatPlugin, { client: recording.client });
    await app.listen(0, '127.0.0.1');
    expect(await call(await app.getUrl())).toEqual([201, 500]);
    await app.close();
    await recording.assertSucceeded('good');
    await recording.assertFailed('bad');
  });

  it('Express: the middleware sees what it is mounted on', async () => {
    const recording = createRecordingHeartbeat();
    const app = (
      await Test.createTestingModule({ controllers: [Jobs] }).compile()
    ).createNestApplication({ logger: false });
    app.use('/jobs/good', expressHeartbeat('good', { client: recording.client }));
    app.use('/jobs/bad', expressHeartbeat('bad', { client: recording.client }));
    await app.listen(0, '127.0.0.1');
    expect(await call(await app.getUrl())).toEqual([201, 500]);
    await app.close();
    await recording.assertSucceeded('good');
    await recording.assertFailed('bad');
  });
});
