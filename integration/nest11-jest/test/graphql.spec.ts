import { ApolloDriver, type ApolloDriverConfig } from '@nestjs/apollo';
import { Injectable } from '@nestjs/common';
import { Args, GraphQLModule, Int, Mutation, Query, Resolver } from '@nestjs/graphql';
import { Test } from '@nestjs/testing';
import { Heartbeat } from '@lubdub/nestjs';
import { HeartbeatTestingModule } from '@lubdub/nestjs/testing';

@Injectable()
@Resolver()
class Numbers {
  readonly factor = 2;

  @Heartbeat('above')
  @Query(() => Int)
  double(@Args('n', { type: () => Int }) n: number): number {
    return n * this.factor;
  }
  @Query(() => Int)
  @Heartbeat('below')
  async triple(@Args('n', { type: () => Int }) n: number): Promise<number> {
    return n * 3;
  }
  @Mutation(() => Int)
  @Heartbeat('failing')
  fail(): number {
    throw new Error('no such number');
  }
}

describe('resolvers', () => {
  it('answer as before, and are pinged', async () => {
    const heartbeat = HeartbeatTestingModule.forRoot();
    const app = (
      await Test.createTestingModule({
        imports: [
          heartbeat,
          GraphQLModule.forRoot<ApolloDriverConfig>({
            driver: ApolloDriver,
            autoSchemaFile: true,
            playground: false,
          }),
        ],
        providers: [Numbers],
      }).compile()
    ).createNestApplication({ logger: false });
    await app.listen(0, '127.0.0.1');
    const ask = async (
      query: string,
    ): Promise<{ data: unknown; errors?: { message: string }[] }> => {
      const response = await fetch(`${await app.getUrl()}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ query }),
      });
      return response.json() as never;
    };
    expect(await ask('{ double(n: 21) triple(n: 14) }')).toEqual({
      data: { double: 42, triple: 42 },
    });
    expect((await ask('mutation { fail }')).errors?.[0]?.message).toBe('no such number');
    await heartbeat.recording.assertSucceeded('above');
    await heartbeat.recording.assertSucceeded('below');
    await heartbeat.recording.assertFailed('failing');
    await app.close();
  });
});
