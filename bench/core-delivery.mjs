// How fast are pings delivered? 100,000 to a local receiver: a bare node:http keep-alive loop, the client with one request a
// ping at the same concurrency, and the client with the batch API. The processor time of the sender tells what a loaded machine's clock does not. Fresh processes, rounds alternate. Build first: pnpm build.
import { measure, median, startReceiver } from './core/run.mjs';

const rounds = Number(process.env.BENCH_ROUNDS ?? 3);
const pings = Number(process.env.BENCH_PINGS ?? 100_000);
const concurrency = Number(process.env.BENCH_CONCURRENCY ?? 32);
const subjects = ['bare', 'single', 'batch'];
const results = Object.fromEntries(subjects.map((subject) => [subject, []]));
const cpu = Object.fromEntries(subjects.map((subject) => [subject, []]));
const receiver = await startReceiver();
for (let round = 0; round < rounds; round += 1) {
  for (const subject of subjects) {
    await receiver.reset();
    const { perSecond, cpuUs } = await measure('./delivery-child.mjs', {
      subject,
      url: receiver.url,
      pings,
      concurrency,
    });
    const { ended } = await receiver.counts();
    if (ended !== pings) throw new Error(`${subject}: ${ended} of ${pings} arrived`);
    results[subject].push(perSecond);
    cpu[subject].push(cpuUs);
  }
}
receiver.stop();
const ratio = (subject) =>
  median(results[subject].map((value, index) => value / results.bare[index]));
console.log(
  `| delivery of ${pings} pings, concurrency ${concurrency} | pings/s | ratio to bare node:http | wanted | CPU µs a ping |`,
);
console.log('| --- | ---: | ---: | ---: | ---: |');
console.log(
  `| bare node:http | ${median(results.bare).toFixed(0)} | 1 | | ${median(cpu.bare).toFixed(1)} |`,
);
console.log(
  `| one request a ping | ${median(results.single).toFixed(0)} | ${ratio('single').toFixed(2)} | 0.80 | ${median(cpu.single).toFixed(1)} |`,
);
console.log(
  `| batch API | ${median(results.batch).toFixed(0)} | ${ratio('batch').toFixed(1)} | 10 x single = 8 | ${median(cpu.batch).toFixed(1)} |`,
);
