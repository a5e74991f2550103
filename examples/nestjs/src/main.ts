// Three scheduled jobs, a queue where Redis answers, and a route that something else calls; all beat.
import 'reflect-metadata';
import { NestFactory } from '@nestjs/core';
import { createAppModule } from './app.module.ts';
import { redisAnswers, redisUrl } from './redis.ts';

const withQueue = await redisAnswers();
if (!withQueue) console.log(`no Redis answers at ${redisUrl}: the queue is left out`);

const app = await NestFactory.create(createAppModule(withQueue), { logger: ['warn', 'error'] });
// Without them a signal ends the process before runs that are under way can be told.
app.enableShutdownHooks();
await app.listen(Number(process.env['PORT'] ?? 3000), '127.0.0.1');
console.log(`${await app.getUrl()}/stock/count`);
