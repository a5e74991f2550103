import {
  applyDecorators,
  Body,
  type CanActivate,
  Controller,
  type ExecutionContext,
  Get,
  Header,
  HttpCode,
  Injectable,
  Param,
  ParseIntPipe,
  type PipeTransform,
  Post,
  Req,
  SetMetadata,
  Sse,
  UseGuards,
  UsePipes,
} from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { EventEmitter2, EventEmitterModule, OnEvent } from '@nestjs/event-emitter';
import {
  Ctx,
  type CustomTransportStrategy,
  EventPattern,
  MessagePattern,
  Payload,
  Server,
} from '@nestjs/microservices';
import { ExpressAdapter } from '@nestjs/platform-express';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { Cron, Interval, ScheduleModule, SchedulerRegistry, Timeout } from '@nestjs/schedule';
import { ApiOkResponse, ApiOperation, DocumentBuilder, SwaggerModule } from '@nestjs/swagger';
import { Test } from '@nestjs/testing';
import { lastValueFrom, type Observable, of } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { Heartbeat } from '../src/index.ts';
import { HeartbeatTestingModule } from '../src/testing.ts';

/** How `@Heartbeat` stands to another decorator: what is written above and what below. */
type Arrange = (nest: MethodDecorator) => readonly [MethodDecorator, MethodDecorator];

const nothing: MethodDecorator = () => {};
const heartbeat = (): MethodDecorator => Heartbeat('key');

const arrangements: readonly (readonly [string, Arrange])[] = [
  ['above', (nest) => [heartbeat(), nest]],
  ['below', (nest) => [nest, heartbeat()]],
  ['first in applyDecorators', (nest) => [applyDecorators(heartbeat(), nest), nothing]],
  ['last in applyDecorators', (nest) => [applyDecorators(nest, heartbeat()), nothing]],
];
const without: Arrange = (nest) => [nest, nothing];

/** Lets an application run and returns everything that can be seen of it from outside. */
type Observe = (arrange: Arrange, heartbeats: HeartbeatTest) => Promise<unknown>;
type HeartbeatTest = ReturnType<typeof HeartbeatTestingModule.forRoot>;

const yearly = '0 0 0 1 1 *';

const scheduled =
  (nest: MethodDecorator, see: (registry: SchedulerRegistry) => unknown): Observe =>
  async (arrange, heartbeats) => {
    const [above, below] = arrange(nest);
    // The first call alone: how often an interval comes before the end is up to the machine.
    let called = (_call: readonly unknown[]): void => {};
    const call = new Promise<readonly unknown[]>((resolve) => {
      called = resolve;
    });
    @Injectable()
    class Jobs {
      readonly word = 'this';
      @above
      @below
      async run(...args: unknown[]): Promise<string> {
        called([this.word, args]);
        return 'done';
      }
    }
    const app = await Test.createTestingModule({
      imports: [heartbeats, ScheduleModule.forRoot()],
      providers: [Jobs],
    }).compile();
    await app.init();
    const seen = await see(app.get(SchedulerRegistry));
    const first = await call;
    await app.close();
    return [seen, ...first];
  };

const onEvent: Observe = async (arrange, heartbeats) => {
  const [above, below] = arrange(OnEvent('order.made'));
  @Injectable()
  class Listener {
    readonly word = 'this';
    @above
    @below
    async handle(order: { id: number }, ...more: unknown[]): Promise<unknown> {
      return [this.word, order.id, more];
    }
  }
  const app = await Test.createTestingModule({
    imports: [heartbeats, EventEmitterModule.forRoot()],
    providers: [Listener],
  }).compile();
  await app.init();
  const answers = await app.get(EventEmitter2).emitAsync('order.made', { id: 7 }, 'more');
  await app.close();
  return answers;
};

class InMemory extends Server implements CustomTransportStrategy {
  listen(ready: () => void): void {
    ready();
  }
  close(): void {}
  on(): void {}
  unwrap(): never {
    throw new Error('nothing is underneath');
  }
  async ask(pattern: string, data: unknown): Promise<unknown> {
    const answer: unknown = await this.getHandlerByPattern(pattern)?.(data, { from: 'memory' });
    return lastValueFrom(answer as Observable<unknown>, { defaultValue: 'none' });
  }
}

const messaging =
  (nest: MethodDecorator): Observe =>
  async (arrange, heartbeats) => {
    const [above, below] = arrange(nest);
    const seen: unknown[] = [];
    @Controller()
    class Messages {
      readonly word = 'this';
      @above
      @below
      handle(@Payload() data: { n: number }, @Ctx() context: unknown): Observable<unknown> {
        seen.push(this.word, data, context);
        return of(data.n * 2);
      }
    }
    const strategy = new InMemory();
    const app = (
      await Test.createTestingModule({ imports: [heartbeats], controllers: [Messages] }).compile()
    ).createNestMicroservice({ strategy });
    await app.listen();
    seen.push(await strategy.ask('double', { n: 21 }));
    await app.close();
    return seen;
  };

@Injectable()
class RolesGuard implements CanActivate {
  constructor(readonly reflector: Reflector) {}
  canActivate(context: ExecutionContext): boolean {
    const role = this.reflector.get<string>('role', context.getHandler());
    const { headers } = context.switchToHttp().getRequest<{ headers: Record<string, string> }>();
    return headers['x-role'] === role;
  }
}

@Injectable()
class Counting implements PipeTransform {
  transform(value: unknown): unknown {
    return typeof value === 'object' ? { ...value, piped: true } : value;
  }
}

const route = applyDecorators(
  Post('items/:id'),
  HttpCode(202),
  Header('x-kind', 'item'),
  SetMetadata('role', 'admin'),
  UseGuards(RolesGuard),
  UsePipes(Counting),
);

const http =
  (Adapter: new () => ExpressAdapter | FastifyAdapter): Observe =>
  async (arrange, heartbeats) => {
    const [above, below] = arrange(route);
    const [eventsAbove, eventsBelow] = arrange(Sse('events'));
    @Controller('shop')
    class Shop {
      readonly word = 'this';
      @above
      @below
      save(
        @Param('id', ParseIntPipe) id: number,
        @Body() body: unknown,
        @Req() request: { method: string },
      ): unknown {
        return { id, body, word: this.word, method: request.method };
      }
      @eventsAbove
      @eventsBelow
      events(): Observable<{ data: string }> {
        return of({ data: 'one' }, { data: 'two' });
      }
      @Get('plain')
      plain(): string {
        return 'plain';
      }
    }
    const app = (
      await Test.createTestingModule({ imports: [heartbeats], controllers: [Shop] }).compile()
    ).createNestApplication(new Adapter() as never);
    await app.listen(0, '127.0.0.1');
    const url = `${await app.getUrl()}/shop`;
    const ask = async (path: string, role?: string, method = 'POST'): Promise<unknown> => {
      const response = await fetch(`${url}/${path}`, {
        method,
        headers: { 'content-type': 'application/json', ...(role && { 'x-role': role }) },
        ...(method === 'POST' && { body: '{"a":1}' }),
      });
      return [response.status, response.headers.get('x-kind'), await response.text()];
    };
    const answers = [
      await ask('items/7', 'admin'),
      await ask('items/7', 'guest'),
      await ask('items/seven', 'admin'),
      await ask('events', undefined, 'GET'),
    ];
    await app.close();
    return answers;
  };

const swagger: Observe = async (arrange, heartbeats) => {
  const [above, below] = arrange(
    applyDecorators(
      Post('items/:id'),
      ApiOperation({ summary: 'Save' }),
      ApiOkResponse({ type: String }),
    ),
  );
  @Controller('shop')
  class Shop {
    @above
    @below
    save(@Param('id') id: string): string {
      return id;
    }
  }
  const app = (
    await Test.createTestingModule({ imports: [heartbeats], controllers: [Shop] }).compile()
  ).createNestApplication();
  await app.listen(0, '127.0.0.1');
  const document = SwaggerModule.createDocument(app, new DocumentBuilder().build());
  await fetch(`${await app.getUrl()}/shop/items/1`, { method: 'POST' });
  await app.close();
  return document;
};

const cases: readonly (readonly [string, Observe])[] = [
  [
    '@Cron',
    scheduled(Cron(yearly, { name: 'job' }), async (registry) =>
      registry.getCronJob('job').fireOnTick(),
    ),
  ],
  [
    '@Cron with waitForCompletion',
    scheduled(Cron(yearly, { name: 'job', waitForCompletion: true }), async (registry) => {
      await registry.getCronJob('job').fireOnTick();
      return registry.getCronJob('job').waitForCompletion;
    }),
  ],
  ['@Interval', scheduled(Interval('job', 5), (registry) => registry.getIntervals())],
  ['@Timeout', scheduled(Timeout('job', 1), (registry) => registry.getTimeouts())],
  ['@OnEvent', onEvent],
  ['@MessagePattern', messaging(MessagePattern('double'))],
  ['@EventPattern', messaging(EventPattern('double') as MethodDecorator)],
  ['a route on Express', http(ExpressAdapter)],
  ['a route on Fastify', http(FastifyAdapter)],
  ['the OpenAPI document', swagger],
];

describe.each(cases)('%s', (_what, observe) => {
  it.each(arrangements)(
    'behaves the same with @Heartbeat %s, and is pinged',
    async (_where, arrange) => {
      const expected = await observe(without, HeartbeatTestingModule.forRoot());
      const heartbeats = HeartbeatTestingModule.forRoot();
      expect(await observe(arrange, heartbeats)).toEqual(expected);
      const states = await heartbeats.recording.states('key');
      expect(states.length).toBeGreaterThanOrEqual(2);
      expect(states.slice(0, 2)).toEqual(['key:start', 'key:success']);
    },
  );
});
