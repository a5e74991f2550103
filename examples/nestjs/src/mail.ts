import { Heartbeat } from '@lubdub/nestjs';
import { InjectQueue, Processor, WorkerHost } from '@nestjs/bullmq';
import { Injectable } from '@nestjs/common';
import { Interval } from '@nestjs/schedule';
import type { Job, Queue } from 'bullmq';

/** Each job is one run, over all its attempts: it fails when BullMQ gives it up. */
@Processor('mail')
export class MailProcessor extends WorkerHost {
  @Heartbeat('welcome-mail')
  override async process(job: Job<{ to: string }>): Promise<string> {
    if (job.attemptsMade === 0) throw new Error('the mail server is busy');
    return `sent to ${job.data.to}`;
  }
}

/** Something to do for the processor. */
@Injectable()
export class MailSender {
  readonly #queue: Queue;

  constructor(@InjectQueue('mail') queue: Queue) {
    this.#queue = queue;
  }

  @Interval(10_000)
  async welcome(): Promise<void> {
    const options = { attempts: 2, removeOnComplete: true, removeOnFail: true };
    await this.#queue.add('welcome', { to: 'ada@example.org' }, options);
  }
}
