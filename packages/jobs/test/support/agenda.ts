import { randomUUID } from 'node:crypto';
import { PostgresBackend } from '@agendajs/postgres-backend';
import { RedisBackend } from '@agendajs/redis-backend';
import { Agenda, type AgendaOptions, type Job } from 'agenda';
import { databaseUrl, postgresAnswers, sql } from './postgres.ts';
import { redisAnswers, redisUrl, removeKeys } from '@lubdub/test-kit/redis';

/** A database that Agendas share in one test. */
export interface AgendaSpace {
  agenda(options?: Partial<AgendaOptions>): Agenda;
  close(): Promise<void>;
}

type Open = (id: string) => {
  readonly backend: () => AgendaOptions['backend'];
  readonly clean: () => Promise<void>;
};

const onRedis: Open = (id) => ({
  backend: () =>
    new RedisBackend({
      connectionString: redisUrl,
      keyPrefix: `lubdub-${id}:`,
      channelName: `lubdub-${id}`,
    }),
  clean: () => removeKeys(`lubdub-${id}`),
});

const onPostgres: Open = (id) => {
  const table = `agenda_${id.replaceAll('-', '')}`;
  return {
    backend: () =>
      new PostgresBackend({
        connectionString: databaseUrl,
        tableName: table,
        channelName: table,
        logTableName: `${table}_logs`,
      }),
    clean: () => sql(`drop table if exists ${table}, ${table}_logs`),
  };
};

/** The backends that the tests run on, and whether they can. */
export const backends: readonly (readonly [string, boolean, Open])[] = [
  ['Redis', redisAnswers, onRedis],
  ['PostgreSQL', postgresAnswers, onPostgres],
];

/** Opens a space of its own. */
export const openSpace = (open: Open): AgendaSpace => {
  const { backend, clean } = open(randomUUID());
  const agendas: Agenda[] = [];
  return {
    agenda(options = {}) {
      const agenda = new Agenda({ backend: backend(), processEvery: 30, ...options });
      agendas.push(agenda);
      return agenda;
    },
    async close() {
      await Promise.all(agendas.map((agenda) => agenda.stop().catch(() => undefined)));
      await clean();
    },
  };
};

/** Defines a job; Agenda's own overloads ask for handlers without a result or with an optional `done`. */
export const define = (
  agenda: Agenda,
  name: string,
  handler: (...args: never[]) => unknown,
  options: Parameters<Agenda['define']>[2] = {},
): void => agenda.define(name, handler as never, options);

/** Resolves with the arguments of the next event. */
export const next = (agenda: Agenda, event: string): Promise<readonly unknown[]> =>
  new Promise((resolve) => {
    (agenda as unknown as NodeJS.EventEmitter).once(event, (...args: unknown[]) => resolve(args));
  });

/** Lifetime of the locks in the tests that {@link loseLock} a job, milliseconds: the watch over a lock looks twice in it. */
export const lockLifetime = 1_000;

/**
 * Makes the lock of a running job one that has expired, and those to come ones that last: a rerun
 * that a busy machine holds up must not lose its lock as well.
 */
export const loseLock = async (agenda: Agenda, job: Job): Promise<void> => {
  const definition = agenda.definitions[job.attrs.name];
  if (definition === undefined) throw new Error(`no definition of ${job.attrs.name}`);
  definition.lockLifetime = 600_000;
  job.attrs.lockedAt = new Date(Date.now() - 1_200_000);
  await agenda.db.saveJobState(job.attrs, undefined);
};
