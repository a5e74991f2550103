import { promisify } from 'node:util';
import { gzip } from 'node:zlib';

import type { FastifyReply } from 'fastify';

import type { Html } from './render/html.ts';

const compress = promisify(gzip);
const worthBytes = 1400;

/** Sends a page, compressed when the browser takes that. Nothing may keep it: it is about now, and behind a sign-in. */
export const sendPage = async (reply: FastifyReply, page: Html): Promise<FastifyReply> => {
  const text = page.toString();
  void reply
    .type('text/html; charset=utf-8')
    .header('cache-control', 'no-store')
    .header('vary', 'accept-encoding')
    // helmet's `no-referrer` would make browsers send forms with the origin `null`
    .header('referrer-policy', 'same-origin');
  const accepted = reply.request.headers['accept-encoding'] ?? '';
  if (text.length < worthBytes || !/\bgzip\b/.test(String(accepted))) return reply.send(text);
  return reply.header('content-encoding', 'gzip').send(await compress(text, { level: 5 }));
};
