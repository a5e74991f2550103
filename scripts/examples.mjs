// The examples that `npm start` runs, and the monitors that watch them.
import { answers } from './answers.mjs';

/**
 * @typedef {object} Example
 * @property {string} folder the example's folder under `examples`
 * @property {readonly string[]} command arguments for node
 * @property {string} key the monitor's key in the example's code
 * @property {object} monitor what the monitor is told to expect
 * @property {'redis'} [needs] a service without which it is left out
 * @property {boolean} [called] it prints the URL of a route that something else has to call
 * @property {'success' | 'fail' | 'down'} ends what the board shows about it in the end
 */

/** @type {readonly Example[]} */
export const examples = [
  {
    folder: 'express',
    command: ['index.mjs'],
    key: 'daily-report',
    monitor: { name: 'Express route', intervalMs: 5_000, graceMs: 10_000, tags: ['express'] },
    called: true,
    ends: 'success',
  },
  {
    folder: 'fastify',
    command: ['index.mjs'],
    key: 'invoice-mailing',
    monitor: { name: 'Fastify route', intervalMs: 5_000, graceMs: 10_000, tags: ['fastify'] },
    called: true,
    ends: 'success',
  },
  {
    folder: 'nestjs',
    command: ['--import', 'tsx', 'src/main.ts'],
    key: 'session-cleanup',
    monitor: {
      name: 'Nest @Cron method',
      schedule: '*/5 * * * * *',
      graceMs: 10_000,
      tags: ['nestjs'],
    },
    called: true,
    ends: 'success',
  },
  {
    folder: 'plain',
    command: ['index.mjs'],
    key: 'nightly-backup',
    monitor: { name: 'Plain function', intervalMs: 5_000, graceMs: 10_000, tags: ['jobs'] },
    ends: 'success',
  },
  {
    folder: 'bullmq',
    command: ['index.mjs'],
    key: 'invoice-reminders',
    monitor: { name: 'BullMQ worker', intervalMs: 5_000, graceMs: 10_000, tags: ['bullmq'] },
    needs: 'redis',
    ends: 'success',
  },
  {
    folder: 'agenda',
    command: ['index.mjs'],
    key: 'stock-report',
    monitor: { name: 'Agenda job', intervalMs: 5_000, graceMs: 10_000, tags: ['agenda'] },
    needs: 'redis',
    ends: 'success',
  },
  {
    folder: 'failing-job',
    command: ['index.mjs'],
    key: 'order-import',
    monitor: { name: 'Job that fails', intervalMs: 10_000, graceMs: 10_000, tags: ['jobs'] },
    ends: 'fail',
  },
  {
    folder: 'silent-job',
    command: ['index.mjs'],
    key: 'price-sync',
    monitor: { name: 'Job that falls silent', intervalMs: 5_000, graceMs: 5_000, tags: ['jobs'] },
    ends: 'down',
  },
];

const redisUrl = process.env.REDIS_URL ?? 'redis://127.0.0.1:6379';

/**
 * The examples that can run here, and one line on those that cannot.
 *
 * @returns {Promise<{ run: readonly Example[], leftOut: string | undefined }>}
 */
export async function runnableExamples() {
  const run = (await answers(redisUrl, 6379))
    ? examples
    : examples.filter(({ needs }) => needs !== 'redis');
  const missing = examples.filter((example) => !run.includes(example));
  const leftOut =
    missing.length === 0
      ? undefined
      : `left out: ${missing.map(({ folder }) => folder).join(', ')}; no Redis answers (REDIS_URL sets where, default redis://127.0.0.1:6379)`;
  return { run, leftOut };
}
