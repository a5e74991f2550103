import { lubdub } from '@lubdub/core/providers/lubdub';
import { HeartbeatModule } from '@lubdub/nestjs';
import { BullModule } from '@nestjs/bullmq';
import { type DynamicModule, Module } from '@nestjs/common';
import { ScheduleModule } from '@nestjs/schedule';
import { Jobs } from './jobs.ts';
import { MailProcessor, MailSender } from './mail.ts';
import { connect } from './redis.ts';
import { StockController } from './stock.controller.ts';

const provider = lubdub({
  baseUrl: process.env['LUBDUB_URL'],
  // Creates the monitors: what is said here, and the schedules that the code has in @Cron and @Interval.
  upsert: true,
  monitors: {
    'session-cleanup': { graceMs: 10_000 },
    'currency-rates': { name: 'Nest @Interval method', graceMs: 10_000, tags: ['nestjs'] },
    'jobs-retry-payments': { name: 'Nest job with a derived key', graceMs: 10_000 },
    'welcome-mail': { name: 'Nest queue processor', intervalMs: 10_000, graceMs: 10_000 },
    'stock-count': { name: 'Nest route', intervalMs: 5_000, graceMs: 10_000, tags: ['nestjs'] },
    'nest-example': { name: 'Nest application', intervalMs: 10_000, graceMs: 10_000 },
  },
});

@Module({
  imports: [
    HeartbeatModule.forRoot({
      provider,
      captureErrors: 'message',
      liveness: { key: 'nest-example', intervalMs: 10_000 },
    }),
    ScheduleModule.forRoot(),
  ],
  controllers: [StockController],
  providers: [Jobs],
})
class AppModule {}

/** The application, with the queue where there is a Redis. */
export const createAppModule = (withQueue: boolean): DynamicModule => ({
  module: AppModule,
  imports: withQueue
    ? [BullModule.forRoot({ connection: connect() }), BullModule.registerQueue({ name: 'mail' })]
    : [],
  providers: withQueue ? [MailProcessor, MailSender] : [],
});
