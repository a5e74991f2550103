import { randomInt } from 'node:crypto';
import { Agent, request } from 'node:http';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { openStore } from '../src/store/open-store.ts';
import type { Store } from '../src/store/store.ts';
import type { TestDatabase } from './databases.ts';
import { createDatabase, createFolder, findPostgres } from './databases.ts';
import { useProgram } from './program.ts';

const kills = 20;
const connections = 16;
const keys = ['a', 'b', 'c', 'd', 'e'];
const program = useProgram();
const postgres = await findPostgres();

let sent = 0;
const createBody = (): { readonly ids: readonly string[]; readonly body: string } => {
  const pings = Array.from({ length: randomInt(1, 20) }, () => {
    sent += 1;
    const key = keys[sent % keys.length];
    return {
      id: `ping-${sent}`,
      key,
      state: sent % 7 === 0 ? 'fail' : 'success',
      runId: `run-${sent}`,
    };
  });
  return { ids: pings.map((ping) => ping.id), body: JSON.stringify({ pings }) };
};

const post = (agent: Agent, url: string, body: string): Promise<string> =>
  new Promise((resolve, reject) => {
    const headers = {
      'content-type': 'application/json',
      'content-length': Buffer.byteLength(body),
    };
    const outgoing = request(
      `${url}/api/v1/pings`,
      { method: 'POST', agent, headers },
      (answer) => {
        let text = '';
        answer.on('data', (chunk: Buffer) => (text += chunk.toString()));
        answer.once('end', () => resolve(text));
        answer.once('error', reject);
      },
    );
    outgoing.once('error', reject);
    outgoing.end(body);
  });

/** Sends over all connections until the server is gone. @returns the ids that it acknowledged. */
const sendUntilDead = async (
  url: string,
  onAcknowledged: (count: number) => void,
): Promise<string[]> => {
  const agent = new Agent({ keepAlive: true, maxSockets: connections });
  const acknowledged: string[] = [];
  const send = async (): Promise<void> => {
    for (;;) {
      const { ids, body } = createBody();
      const answer = await post(agent, url, body);
      if ((JSON.parse(answer) as { accepted: number }).accepted !== ids.length)
        throw new Error(answer);
      acknowledged.push(...ids);
      onAcknowledged(acknowledged.length);
    }
  };
  await Promise.allSettled(Array.from({ length: connections }, send));
  agent.destroy();
  return acknowledged;
};

const storedIds = async (store: Store): Promise<Set<string>> => {
  const ids = new Set<string>();
  let cursor: string | undefined;
  do {
    const page = await store.listPings({ limit: 500, ...(cursor === undefined ? {} : { cursor }) });
    for (const ping of page.items) ids.add(ping.id);
    cursor = page.nextCursor ?? undefined;
  } while (cursor !== undefined);
  return ids;
};

const killedUnderLoad = (create: () => Promise<TestDatabase>, rounds: number): void => {
  let database: TestDatabase;
  beforeEach(async () => {
    database = await create();
  });
  afterEach(() => database.remove());

  it(
    `loses no acknowledged ping when it is killed ${rounds} times in the middle of taking them`,
    { timeout: 60_000 + rounds * 30_000 },
    async () => {
      const { options } = database;
      const args =
        'dataDir' in options
          ? ['--data', options.dataDir]
          : ['--database-url', options.databaseUrl];
      const first = await openStore(options);
      for (const key of keys) await first.putMonitor(key, {}, 'api', Date.now());
      await first.close();

      const acknowledged: string[] = [];
      for (let round = 0; round < rounds; round += 1) {
        const { child, ended, url } = await program.serve(args);
        const enough = randomInt(20, 600);
        const ids = await sendUntilDead(url, (count) => {
          if (count >= enough) child.kill('SIGKILL');
        });
        acknowledged.push(...ids);
        await ended;
      }

      const store = await openStore(options);
      const stored = await storedIds(store);
      expect(acknowledged.length).toBeGreaterThan(rounds * 20);
      expect(acknowledged.filter((id) => !stored.has(id))).toEqual([]);
      // what was stored was counted and applied, too: a transaction is there whole or not at all
      let counted = 0;
      for (const key of keys) {
        const monitor = await store.getMonitor(key, Date.now());
        const rollups = await store.listRollups(monitor?.id ?? '', 'hour', 0, Date.now() + 1);
        counted += rollups.reduce((sum, rollup) => sum + rollup.pings, 0);
      }
      expect(counted).toBe(stored.size);
      await store.close();
    },
  );
};

describe('a monitor on SQLite', () => {
  killedUnderLoad(() => Promise.resolve(createFolder()), kills);
});

describe.skipIf(!postgres)('a monitor on PostgreSQL', () => {
  killedUnderLoad(createDatabase, 3);
});
