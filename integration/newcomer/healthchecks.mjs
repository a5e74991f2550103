// A Healthchecks of one's own, as far as a slug's ping URL goes: {root}/ping/{ping key}/{slug}[/start|/fail|/log|/{exit status}],
// `create=1` makes the check (201), an unknown one is 404, `rid` has to be a canonical UUID.
import { createServer } from 'node:http';
import { once } from 'node:events';

const address = /^\/ping\/([^/]+)\/([a-z0-9_-]+)(?:\/(start|fail|log|\d{1,3}))?$/;
const uuid = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

const stateOf = (suffix) => {
  if (suffix === undefined || suffix === '0') return 'success';
  return /^\d+$/.test(suffix) ? 'fail' : suffix;
};

/**
 * @param {string} key the project's ping key
 */
export async function startHealthchecks(key) {
  const checks = new Set();
  const pings = [];
  const refused = [];
  const listeners = new Set();

  /** Status and text of the answer, as the service gives them. */
  function judge(url, body) {
    const [, pingKey, slug, suffix] = address.exec(url.pathname) ?? [];
    if (slug === undefined || Number(suffix) > 255) return [400, 'invalid url format'];
    if (pingKey !== key) return [404, 'not found'];
    const rid = url.searchParams.get('rid') ?? undefined;
    if (rid !== undefined && !uuid.test(rid)) return [400, 'invalid uuid format'];
    const known = checks.has(slug);
    if (!known && url.searchParams.get('create') !== '1') return [404, 'not found'];
    checks.add(slug);
    pings.push({ slug, state: stateOf(suffix), rid, body });
    return known ? [200, 'OK'] : [201, 'Created'];
  }

  const server = createServer((request, response) => void receive(request, response));
  async function receive(request, response) {
    let body = '';
    for await (const part of request) body += part;
    const [status, text] = judge(new URL(request.url, 'http://127.0.0.1'), body);
    if (status >= 400) refused.push(`${request.url} ${status}`);
    response.writeHead(status, { 'ping-body-limit': '10000' }).end(text);
    for (const listener of listeners) listener();
  }
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return {
    url: `http://127.0.0.1:${server.address().port}`,
    pings,
    refused,
    /** Resolves with the first ping of this state. */
    heard: (slug, state) =>
      new Promise((resolve) => {
        const look = () => {
          const found = pings.find((ping) => ping.slug === slug && ping.state === state);
          if (found !== undefined) resolve(found);
        };
        listeners.add(look);
        look();
      }),
    close() {
      server.closeAllConnections();
      server.close();
    },
  };
}
