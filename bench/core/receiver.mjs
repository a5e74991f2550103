// A receiver in a process of its own: takes the batch API, plain pings, Sentry envelopes and Cronitor pings; counts the runs
// that it was told the end of, and answers its counters on GET /counts.
import { createServer } from 'node:http';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';

let ended = 0;
let requests = 0;

const decoded = (request, body) => {
  const encoding = request.headers['content-encoding'];
  if (encoding === 'gzip') return gunzipSync(body).toString();
  return encoding === 'br' ? brotliDecompressSync(body).toString() : body.toString();
};

const endsIn = (request, body) => {
  const { url } = request;
  if (url.startsWith('/api/v1/pings')) {
    const { pings } = JSON.parse(body);
    return pings
      .filter(({ state }) => state === 'success')
      .reduce((sum, { count = 1 }) => sum + count, 0);
  }
  if (url.includes('/envelope'))
    return (decoded(request, body).match(/"status":"ok"/g) ?? []).length;
  return url.includes('state=complete') || url.endsWith('/success') ? 1 : 0;
};

const server = createServer((request, response) => {
  const parts = [];
  request.on('data', (part) => parts.push(part));
  request.on('end', () => {
    if (request.url === '/counts') {
      response.end(JSON.stringify({ ended, requests }));
      return;
    }
    if (request.url === '/reset') {
      ended = 0;
      requests = 0;
    } else {
      requests += 1;
      ended += endsIn(request, Buffer.concat(parts));
    }
    response.setHeader('content-type', 'application/json');
    response.end('{"accepted":1,"duplicates":0,"rejected":[]}');
  });
});
server.keepAliveTimeout = 60_000;
server.listen(0, '127.0.0.1', () => process.send({ port: server.address().port }));
process.on('disconnect', () => process.exit());
