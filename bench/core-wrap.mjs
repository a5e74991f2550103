// What does monitoring cost the job? An async no-op, wrapped by us and by peers, each in a fresh process with a live receiver
// beside it; rounds alternate. Build first: pnpm build. Peers are installed on first use.
import { installPeers, measure, median, startReceiver } from './core/run.mjs';

const rounds = Number(process.env.BENCH_ROUNDS ?? 5);
const calls = Number(process.env.BENCH_CALLS ?? 10_000);
const subjects = process.env.BENCH_SUBJECTS?.split(',') ?? ['bare', 'lubdub', 'sentry', 'cronitor'];
if (subjects.some((name) => name === 'sentry' || name === 'cronitor')) installPeers();
const receiver = await startReceiver();
const results = Object.fromEntries(subjects.map((subject) => [subject, []]));
for (let round = 0; round < rounds; round += 1) {
  for (const subject of subjects) {
    // Cronitor waits for the service twice a call: fewer calls tell as much.
    const own = subject === 'cronitor' ? Math.min(calls, 1_000) : calls;
    results[subject].push({
      calls: own,
      ...(await measure('./wrap-child.mjs', { subject, url: receiver.url, calls: own })),
    });
  }
}
receiver.stop();
const of = (subject, field) => median(results[subject].map((result) => result[field]));
const base = of('bare', 'callingUs');
console.log(
  '| wrap of an async no-op | µs a call | over bare | CPU µs a call, all in | runs told | resident MB |',
);
console.log('| --- | ---: | ---: | ---: | ---: | ---: |');
for (const subject of subjects) {
  const told = subject === 'bare' ? '' : `${of(subject, 'ended')} of ${results[subject][0].calls}`;
  console.log(
    `| ${subject} | ${of(subject, 'callingUs').toFixed(2)} | ${(of(subject, 'callingUs') - base).toFixed(2)} | ${of(subject, 'cpuUs').toFixed(1)} | ${told} | ${of(subject, 'rssMb').toFixed(0)} |`,
  );
}
