import { Controller, Get, Injectable, Module, Post } from '@nestjs/common';
import { Interval, ScheduleModule } from '@nestjs/schedule';
import { lubdub } from '@lubdub/core/providers/lubdub';
import { Heartbeat, HeartbeatModule } from '@lubdub/nestjs';

@Injectable()
export class Reports {
  @Heartbeat('report')
  async write(rows: number): Promise<string> {
    return `${rows} rows`;
  }

  @Heartbeat('broken-report')
  async break(): Promise<never> {
    throw new Error('no rows');
  }

  @Interval(20)
  @Heartbeat('sweep')
  sweep(): number {
    return 1;
  }
}

@Controller('reports')
export class ReportsController {
  // What vitest emits for this constructor is the metadata that Nest injects by.
  constructor(private readonly reports: Reports) {}

  @Get()
  list(): Promise<string> {
    return this.reports.write(3);
  }

  @Post()
  create(): Promise<never> {
    return this.reports.break();
  }
}

@Module({
  imports: [
    ScheduleModule.forRoot(),
    HeartbeatModule.forRootAsync({
      useFactory: () => ({ provider: lubdub({ baseUrl: process.env['LUBDUB_URL'] ?? '' }) }),
    }),
  ],
  controllers: [ReportsController],
  providers: [Reports],
})
export class ApplicationModule {}
