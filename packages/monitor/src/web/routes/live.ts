import type { FastifyInstance, FastifyReply } from 'fastify';

import type { StoreEvent } from '../../store/store.ts';
import type { PageContext } from '../context.ts';
import { admitViewer } from '../session/viewer.ts';

const pauseMs = 1000;
const aliveMs = 20_000;
/** A browser connects again by itself, and is asked again who it is. */
const lastsMs = 15 * 60_000;
const mostStreams = 500;
const mostKeys = 200;

/** What happened since the last message, as little of it as a page needs to know whether it is concerned. */
interface News {
  readonly keys: Set<string>;
  readonly topics: Set<string>;
}

/** One browser that listens. */
interface Stream {
  readonly untilMs: number;
  readonly news: News;
  readonly write: (text: string) => void;
  readonly end: () => void;
}

/**
 * Server-sent events. A message says which monitors and lists changed, at most once a second however many pings come in;
 * the page then fetches itself again.
 */
export const registerLive = (app: FastifyInstance, context: PageContext): void => {
  const { store, clock } = context;
  const streams = new Set<Stream>();
  let waiting: object | number | null = null;

  const flush = (): void => {
    waiting = null;
    for (const stream of streams) send(stream);
  };
  const unsubscribe = store.subscribe((event) => {
    if (streams.size === 0) return;
    for (const { news } of streams) note(news, event);
    waiting ??= clock.setTimer(flush, pauseMs);
  });
  let alive: object | number | null = null;
  const beat = (): void => {
    for (const stream of streams) {
      if (stream.untilMs <= clock.wallMs()) stream.end();
      else stream.write(':\n\n');
    }
    alive = streams.size === 0 ? null : clock.setTimer(beat, aliveMs);
  };

  app.addHook('preClose', (done) => {
    unsubscribe();
    if (alive !== null) clock.clearTimer(alive);
    if (waiting !== null) clock.clearTimer(waiting);
    for (const stream of streams) stream.end();
    done();
  });
  app.get('/live', async (request, reply) => {
    if ((await admitViewer(context, request, reply)) === null) return reply;
    if (streams.size >= mostStreams) {
      return reply.code(503).header('retry-after', '60').send('Too many pages are open.');
    }
    const stream = open(reply, clock.wallMs() + lastsMs);
    streams.add(stream);
    alive ??= clock.setTimer(beat, aliveMs);
    reply.raw.on('close', () => streams.delete(stream));
    return reply;
  });
};

const note = ({ keys, topics }: News, event: StoreEvent): void => {
  if (event.type === 'alert' || event.type === 'requests') {
    topics.add(event.type === 'alert' ? 'alerts' : 'requests');
    return;
  }
  if (event.type === 'flip') topics.add('alerts');
  if (keys.size < mostKeys) keys.add(event.monitorKey);
  else topics.add('many');
};

const send = ({ news, write }: Stream): void => {
  if (news.keys.size + news.topics.size === 0) return;
  const message = { keys: [...news.keys], topics: [...news.topics] };
  write(`data: ${JSON.stringify(message)}\n\n`);
  news.keys.clear();
  news.topics.clear();
};

const open = (reply: FastifyReply, untilMs: number): Stream => {
  const headers = reply.getHeaders();
  reply.hijack();
  reply.raw.writeHead(200, {
    ...headers,
    'content-type': 'text/event-stream; charset=utf-8',
    'cache-control': 'no-store',
    'x-accel-buffering': 'no',
  } as Record<string, string>);
  reply.raw.write('retry: 2000\n\n');
  return {
    untilMs,
    news: { keys: new Set(), topics: new Set() },
    write: (text) => {
      // a browser that does not read must not fill the memory
      if (reply.raw.writableLength < 65_536) reply.raw.write(text);
    },
    end: () => reply.raw.end(),
  };
};
