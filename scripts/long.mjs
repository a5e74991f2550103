// What continuous integration does in short, at length: 100,000 random histories of the spool and of clients on it, and 1,000
// processes that are killed while they write. Some 15 minutes on a quiet machine with two cores.
//
//   pnpm test:long                 with other random cases each time
//   LUBDUB_SEED=7 pnpm test:long   the cases of a seed
import { endCommandsOnSignal, requireNode, run } from './workspace.mjs';

const mostMs = 3 * 3_600_000;
const histories = { LUBDUB_SPOOL_SEQUENCES: '100000', LUBDUB_SPOOL_KILLS: '1000' };
const files = ['src/spool/spool.property', 'src/spool/client.property', 'test/spool-crash'];

requireNode();
endCommandsOnSignal();
const { ok } = await run(`vitest run --project core --no-file-parallelism ${files.join(' ')}`, {
  timeoutMs: mostMs,
  env: { ...histories, LUBDUB_SEED: process.env.LUBDUB_SEED ?? 'random' },
});
process.exitCode = ok ? 0 : 1;
