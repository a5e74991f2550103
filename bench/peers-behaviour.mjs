// What becomes of a job in the hands of each wrapper, observed: each question in a fresh process, against a receiver of our own.
//
//   node bench/peers-behaviour.mjs           prints the table
//   node bench/peers-behaviour.mjs --write   writes it into the README
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { installPeers } from './core/run.mjs';

/** A caller that has no result by then is held up by the service that does not answer. */
const longestMs = 15_000;

/** Question, what the service does meanwhile, and what the answer is by what the process said and the service heard. */
const questions = [
  { name: 'result', says: 'the caller gets the job’s result' },
  { name: 'arguments', says: 'all arguments reach the job' },
  { name: 'error', says: 'the caller gets the very error that the job threw' },
  { name: 'synchronous', says: 'a synchronous job stays synchronous' },
  { name: 'shape', says: 'name and number of parameters are kept (BullMQ and Agenda go by them)' },
  {
    name: 'hangs',
    says: 'the job begins at once although the service does not answer',
    service: 'hangs',
  },
  {
    name: 'waits',
    says: 'the caller has the result at once although the service does not answer',
    service: 'hangs',
  },
  {
    name: 'down',
    says: 'the caller has the result although nobody listens there',
    service: 'down',
  },
  {
    name: 'secret',
    says: 'the key stays out of the log when nobody listens there',
    service: 'down',
  },
  { name: 'exit', says: '`process.exit()` right after the job: its end is told' },
];
const subjects = ['lubdub', '@sentry/node', 'cronitor'];

async function startService(kind) {
  const seen = { ends: 0 };
  const server = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk) => (body += chunk));
    request.on('end', () => {
      const text = `${request.url} ${body}`;
      seen.ends += (text.match(/state=complete|"status":"ok"/g) ?? []).length;
      if (kind !== 'hangs') response.end('{}');
    });
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const url = `http://127.0.0.1:${server.address().port}`;
  const close = () => {
    server.closeAllConnections();
    server.close();
  };
  if (kind === 'down') close();
  return { url, seen, close };
}

async function ask(subject, { name, service: kind = 'listens' }) {
  const service = await startService(kind);
  const child = spawn(
    process.execPath,
    [join(import.meta.dirname, 'core', 'behaviour-child.mjs'), subject, name, service.url],
    { stdio: ['ignore', 'pipe', 'pipe'] },
  );
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk) => (output += chunk));
  const timer = setTimeout(() => child.kill('SIGKILL'), longestMs);
  await once(child, 'close');
  clearTimeout(timer);
  service.close();
  if (name === 'exit') return service.seen.ends > 0 ? 'yes' : 'no';
  if (name === 'secret') return output.includes('key0123456789') ? 'no' : 'yes';
  const [, answer] = /ANSWER (.+)/.exec(output) ?? [];
  if (answer === undefined && kind !== 'hangs')
    throw new Error(`${subject}, ${name}: no answer\n${output}`);
  return answer ?? `not within ${longestMs / 1_000} s`;
}

const versionOf = (name) =>
  name === 'lubdub'
    ? ''
    : ` ${JSON.parse(readFileSync(join(import.meta.dirname, 'peers/node_modules', name, 'package.json'), 'utf8')).version}`;

installPeers();
const lines = [
  `| | ${subjects.map((name) => `${name}${versionOf(name)}`).join(' | ')} |`,
  `| --- | ${subjects.map(() => '---').join(' | ')} |`,
];
for (const question of questions) {
  const cells = [];
  for (const subject of subjects) cells.push(await ask(subject, question));
  lines.push(`| ${question.says} | ${cells.join(' | ')} |`);
}
console.log(lines.join('\n'));
if (process.argv.includes('--write')) {
  const file = join(import.meta.dirname, '..', 'README.md');
  const section = /(<!-- peers: begin -->\n)[^]*?(<!-- peers: end -->)/;
  writeFileSync(
    file,
    readFileSync(file, 'utf8').replace(
      section,
      (_, begin, end) => `${begin}\n${lines.join('\n')}\n\n${end}`,
    ),
  );
}
