// A process that works until it is killed: many short jobs, and a line for each thing that it knows of the disk. A pipe takes a
// line before `write` returns, so what was said was so.
import { createHeartbeat } from '@lubdub/core';
import { lubdub } from '@lubdub/core/providers/lubdub';
import { witnessDisk } from './disk-witness.mjs';

const [, , url, directory, name] = process.argv;
const say = (sign, texts) => process.stdout.write(`${sign} ${texts.join(' ')}\n`);
witnessDisk(
  (texts) => say('written', texts),
  (texts) => say('ended', texts),
);
const heartbeat = createHeartbeat({
  provider: lubdub({ baseUrl: url }),
  host: name,
  spool: { directory, flushMs: 5 },
  retry: { baseMs: 5, maxMs: 50 },
});
let number = 0;
const work = () => {
  const made = Array.from({ length: 3 }, () => `${name}-${(number += 1)}`);
  say('made', made);
  for (const message of made)
    void heartbeat.ping('job', { state: 'log', message, metadata: { at: Date.now() } });
  setTimeout(work, 1);
};
work();
