// Requests a second and CPU time a request of one framework, bare and with what watches it, in interleaved rounds; and whether a
// dead monitor shows in the slowest requests, at a fixed rate below saturation. Server, load and monitor have a process each.
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { loadavg } from 'node:os';

const rounds = Number(process.env.BENCH_ROUNDS ?? 12);
const roundMs = Number(process.env.BENCH_SECONDS ?? 0.5) * 1_000;
/** Processes are started anew so many times, since each settles at a speed of its own. */
const starts = Number(process.env.BENCH_STARTS ?? 2);
const warmUpMs = 1_500;
const connections = 32;
/** Share of the slower server's throughput at which the slowest requests are compared. */
const rateShare = 0.4;
const names = {
  bare: 'bare framework',
  runs: 'lubdub: every request a run, coalesced',
  analytics: 'lubdub: every request tracked',
  dead: 'lubdub: runs, monitor refuses connections',
  'pino-http': 'pino-http (log discarded)',
  'prom-client': 'prom-client (histogram and counter)',
};

const quantile = (values, share) =>
  values.toSorted((a, b) => a - b)[Math.floor((values.length - 1) * share)];
const median = (values) => quantile(values, 0.5);
const load = () => loadavg()[0].toFixed(1);

/** A monitor that takes everything, and a port that refuses everybody. */
async function startMonitor() {
  const monitor = createServer((request, response) => {
    request.resume().on('end', () => {
      response.setHeader('content-type', 'application/json');
      response.end('{"accepted":1,"duplicates":0,"rejected":[]}');
    });
  });
  monitor.listen(0, '127.0.0.1');
  const closed = createServer().listen(0, '127.0.0.1');
  await Promise.all([once(monitor, 'listening'), once(closed, 'listening')]);
  const urls = [monitor, closed].map((server) => `http://127.0.0.1:${server.address().port}`);
  closed.close();
  return { monitor, live: urls[0], dead: urls[1] };
}

async function startServer(framework, variant, url) {
  const child = fork(new URL('http-server.mjs', import.meta.url), [framework, variant, url]);
  const [{ port }] = await once(child, 'message');
  return { child, port };
}

async function ask(child, message) {
  const answer = once(child, 'message');
  child.send(message);
  return (await answer)[0];
}

async function round({ child, port }, client, ms, rate) {
  await ask(child, 'begin');
  const result = await ask(client, { port, connections, ms, rate });
  const { cpuUs } = await ask(child, 'end');
  return {
    rate: (result.requests / result.ms) * 1_000,
    costUs: cpuUs / result.requests,
    p99Ms: result.p99Ms,
  };
}

/** All variants in turn, forth and back, so that none is always the one after another. */
async function interleaved(servers, count, each) {
  for (let index = 0; index < count; index += 1) {
    const order = [...servers];
    for (const [variant, server] of index % 2 === 0 ? order : order.toReversed())
      await each(variant, server);
  }
}

function printSpeed(framework, figures) {
  const bare = figures.get('bare');
  console.log(
    `\n${framework}, Node ${process.version}, ${starts} x ${rounds} interleaved rounds of ${roundMs / 1_000} s, medians (quartiles); load average ${load()}`,
  );
  console.log('| | requests/s | of bare | quartiles | CPU µs/request | over bare | quartiles |');
  console.log('|---|---:|---:|---:|---:|---:|---:|');
  for (const [variant, { rates, costs }] of figures) {
    const ratios = rates.map((rate, index) => rate / bare.rates[index]);
    const overs = costs.map((cost, index) => cost - bare.costs[index]);
    const spread = (values, digits) =>
      [0.25, 0.75].map((share) => quantile(values, share).toFixed(digits)).join(' to ');
    const cells = [
      names[variant],
      median(rates).toFixed(0),
      median(ratios).toFixed(3),
      spread(ratios, 2),
      median(costs).toFixed(1),
      median(overs).toFixed(1),
      spread(overs, 1),
    ];
    console.log(`| ${cells.join(' | ')} |`);
  }
}

/** The slowest requests with the monitor alive and dead; a growth is one that most rounds agree on. */
async function measureSlowest(servers, client, rate) {
  const compared = [...servers].filter(([variant]) => ['bare', 'runs', 'dead'].includes(variant));
  const p99s = new Map(compared.map(([variant]) => [variant, []]));
  await interleaved(compared, Math.max(7, rounds), async (variant, server) => {
    p99s.get(variant).push((await round(server, client, roundMs * 2, rate)).p99Ms);
  });
  const runs = p99s.get('runs');
  console.log(
    `\nThe slowest at ${rate} requests/s, ${runs.length} interleaved rounds of ${(roundMs * 2) / 1_000} s; load average ${load()}`,
  );
  console.log('| | median p99 ms | quartiles | least |');
  console.log('|---|---:|---:|---:|');
  for (const [variant, values] of p99s) {
    const [low, middle, high] = [0.25, 0.5, 0.75].map((share) =>
      quantile(values, share).toFixed(2),
    );
    console.log(
      `| ${names[variant]} | ${middle} | ${low} to ${high} | ${quantile(values, 0).toFixed(2)} |`,
    );
  }
  const growth = p99s.get('dead').map((value, index) => value - runs[index]);
  const slower = growth.filter((value) => value > 0).length;
  console.log(
    `\nDead monitor: p99 ${median(growth) >= 0 ? '+' : ''}${median(growth).toFixed(2)} ms in the median, slower in ${slower} of ${growth.length} rounds`,
  );
}

/** Measures a framework and prints its tables. */
export async function measure(framework) {
  const { monitor, live, dead } = await startMonitor();
  const client = fork(new URL('http-client.mjs', import.meta.url));
  const figures = new Map(Object.keys(names).map((name) => [name, { rates: [], costs: [] }]));
  for (let start = 1; start <= starts; start += 1) {
    const servers = new Map();
    for (const variant of figures.keys())
      servers.set(variant, await startServer(framework, variant, variant === 'dead' ? dead : live));
    for (const server of servers.values()) await round(server, client, warmUpMs);
    await interleaved(servers, rounds, async (variant, server) => {
      const { rate, costUs } = await round(server, client, roundMs);
      figures.get(variant).rates.push(rate);
      figures.get(variant).costs.push(costUs);
    });
    if (start === starts) {
      printSpeed(framework, figures);
      const least = Math.min(median(figures.get('runs').rates), median(figures.get('dead').rates));
      await measureSlowest(servers, client, Math.floor(least * rateShare));
    }
    for (const { child } of servers.values()) child.disconnect();
  }
  client.disconnect();
  monitor.close();
  monitor.closeAllConnections();
}
