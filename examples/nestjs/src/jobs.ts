import { Heartbeat } from '@lubdub/nestjs';
import { Injectable } from '@nestjs/common';
import { Cron, Interval } from '@nestjs/schedule';

@Injectable()
export class Jobs {
  @Cron('*/5 * * * * *')
  @Heartbeat('session-cleanup')
  async removeExpiredSessions(): Promise<number> {
    return 12;
  }

  // Above or below, the order does not matter. A run that takes longer than two seconds is told as failed.
  @Heartbeat('currency-rates', { maxDurationMs: 2_000 })
  @Interval(5_000)
  async fetchCurrencyRates(): Promise<void> {}

  // The key is made from class and method: jobs-retry-payments.
  @Cron('*/10 * * * * *', { waitForCompletion: true })
  @Heartbeat()
  async retryPayments(): Promise<void> {}
}
