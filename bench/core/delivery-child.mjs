// Delivers pings to a receiver as fast as it goes: by bare node:http, by the client with a request a ping, by the batch API.
import { Agent, request } from 'node:http';
import { setTimeout } from 'node:timers/promises';

const { subject, url, pings, concurrency } = JSON.parse(process.argv[2]);
const dist = (path) => new URL(`../../packages/core/dist/${path}`, import.meta.url);

/** Begins to measure, once everything is loaded; the function returned tells what it took. */
const timing = (count) => {
  const started = performance.now();
  const before = process.cpuUsage();
  return () => {
    const { user, system } = process.cpuUsage(before);
    const perSecond = (count / (performance.now() - started)) * 1_000;
    return { perSecond, cpuUs: (user + system) / count };
  };
};

const bare = async () => {
  const agent = new Agent({ keepAlive: true, maxSockets: concurrency });
  const { hostname, port } = new URL(url);
  const body = JSON.stringify({ key: 'bench', state: 'success' });
  const headers = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) };
  const one = () =>
    new Promise((resolve, reject) => {
      const wire = request(
        { hostname, port, method: 'POST', path: '/job/success', agent, headers },
        (response) => {
          response.resume();
          response.on('end', resolve);
        },
      );
      wire.on('error', reject);
      wire.end(body);
    });
  let left = pings;
  const measured = timing(pings);
  await Promise.all(
    Array.from({ length: concurrency }, async () => {
      while (left-- > 0) await one();
    }),
  );
  const result = measured();
  agent.destroy();
  return result;
};

const client = async (provider, monitors) => {
  const { createHeartbeat } = await import(dist('index.js'));
  const heartbeat = createHeartbeat({
    provider,
    concurrency,
    queue: { maxPings: pings * 2 + 10, maxBytes: 1_000_000_000 },
  });
  const measured = timing(pings);
  // Fed as it drains, as jobs do: a hundred thousand pings at once would measure the garbage collector.
  for (let index = 0; index < pings; index += 1) {
    heartbeat.start(`job-${index % monitors}`, { sendStart: false }).success();
    if (index % 500 === 499) {
      // Asleep meanwhile, as a process is between its jobs: asking all the time would be measured too.
      while (heartbeat.stats().pending > 4_000) await setTimeout(2);
    }
  }
  await heartbeat.flush(600_000);
  return measured();
};

const single = async () => {
  const { interpret } = {
    interpret: (response) => ({ status: response.status < 300 ? 'accepted' : 'unreachable' }),
  };
  const { lubdub } = await import(dist('providers/lubdub.js'));
  const { batch: _batch, ...plain } = lubdub({ baseUrl: url });
  const body = JSON.stringify({ key: 'bench', state: 'success' });
  const headers = { 'content-type': 'application/json' };
  return client(
    {
      ...plain,
      toRequest: () => ({ method: 'POST', url: `${url}/job/success`, headers, body }),
      interpret,
    },
    1_000,
  );
};

const batch = async () => {
  const { lubdub } = await import(dist('providers/lubdub.js'));
  return client(lubdub({ baseUrl: url }), 1_000);
};

process.send(await { bare, single, batch }[subject](), () => process.exit());
