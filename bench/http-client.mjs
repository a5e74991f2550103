// The load of the HTTP benchmark, in a process of its own: keep-alive connections on bare sockets, since a client library costs
// more than a fast server and would be what is measured. One message a round, { port, connections, ms, rate }; one answer,
// { requests, ms, p99Ms }. Without a rate each connection asks again once it is answered; with one, requests are due at fixed
// times and wait from then on, so that a server that stops for a moment is charged for all that it made wait.
import { once } from 'node:events';
import { connect } from 'node:net';

const lingerMs = 5_000;

const requestOf = (port) =>
  Buffer.from(
    `GET /hello/world HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nAuthorization: Bearer benchmark\r\nConnection: keep-alive\r\n\r\n`,
  );

async function connectTo(port) {
  const socket = connect({ port, host: '127.0.0.1', noDelay: true });
  await once(socket, 'connect');
  return socket;
}

/** Bytes of one answer; all are alike. */
async function learn(socket, request) {
  socket.write(request);
  let text = '';
  for (;;) {
    const [chunk] = await once(socket, 'data');
    text += chunk.toString('latin1');
    const head = text.indexOf('\r\n\r\n') + 4;
    if (head === 3) continue;
    const length = head + Number(/^content-length: (\d+)/im.exec(text)?.[1]);
    if (!text.startsWith('HTTP/1.1 200') || !(text.length <= length)) throw new Error(text);
    if (text.length === length) return length;
  }
}

/** Calls back with each answer's socket. */
function hear(sockets, length, answered) {
  for (const socket of sockets) {
    let received = 0;
    socket.on('data', (chunk) => {
      received += chunk.length;
      if (received < length) return;
      received -= length;
      answered(socket);
    });
  }
}

function asFastAsPossible(sockets, request, length, ms, latencies) {
  return new Promise((resolve) => {
    const began = new Map();
    const until = performance.now() + ms;
    let busy = sockets.length;
    const ask = (socket, nowMs) => {
      began.set(socket, nowMs);
      socket.write(request);
    };
    hear(sockets, length, (socket) => {
      const nowMs = performance.now();
      latencies.push(nowMs - began.get(socket));
      if (nowMs < until) ask(socket, nowMs);
      else if ((busy -= 1) === 0) resolve();
    });
    for (const socket of sockets) ask(socket, performance.now());
  });
}

function atRate(sockets, request, length, ms, latencies, rate) {
  return new Promise((resolve, reject) => {
    const free = [...sockets];
    const due = new Map();
    const beganMs = performance.now();
    const total = Math.floor((rate * ms) / 1_000);
    let sent = 0;
    hear(sockets, length, (socket) => {
      latencies.push(performance.now() - due.get(socket));
      free.push(socket);
    });
    const turn = () => {
      const nowMs = performance.now();
      while (sent < total && free.length > 0) {
        const dueMs = beganMs + (sent / rate) * 1_000;
        if (dueMs > nowMs) break;
        const socket = free.pop();
        due.set(socket, dueMs);
        socket.write(request);
        sent += 1;
      }
      if (latencies.length === total) resolve();
      else if (nowMs > beganMs + ms + lingerMs) reject(new Error('the server does not keep up'));
      // Never asleep: waking up would cost the server more than an answer does.
      else setImmediate(turn);
    };
    turn();
  });
}

async function measure({ port, connections, ms, rate }) {
  const request = requestOf(port);
  const sockets = [];
  for (let index = 0; index < connections; index += 1) sockets.push(await connectTo(port));
  const length = await learn(sockets[0], request);
  const latencies = [];
  const beganMs = performance.now();
  const run = rate === undefined ? asFastAsPossible : atRate;
  await run(sockets, request, length, ms, latencies, rate);
  const tookMs = performance.now() - beganMs;
  for (const socket of sockets) socket.destroy();
  const sorted = Float64Array.from(latencies).toSorted();
  const p99Ms = sorted[Math.floor(sorted.length * 0.99)];
  process.send({ requests: latencies.length, ms: tookMs, p99Ms });
}

process.on('message', (order) => void measure(order));
process.on('disconnect', () => process.exit());
