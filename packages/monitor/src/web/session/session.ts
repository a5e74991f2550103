import { randomBytes } from 'node:crypto';

import type { FastifyReply, FastifyRequest } from 'fastify';

import type { Seal } from './seal.ts';

const cookieName = 'lubdub_session';
const lastsMs = 7 * 24 * 3_600_000;

/** Somebody who signed in with an API key. It is asked for again when the key is deleted. */
export interface Session {
  /** Names the session, so that its form tokens serve no other. */
  readonly id: string;
  readonly key: string;
  readonly untilMs: number;
}

/** Reads one cookie; `undefined` without it. */
export const readCookie = (header: string | undefined, name: string): string | undefined => {
  for (const part of (header ?? '').split(';')) {
    const [found, value] = part.trim().split('=', 2);
    if (found === name) return value;
  }
  return undefined;
};

/** The session of a request, or `null`: none, changed, or ended. */
export const readSession = (request: FastifyRequest, seal: Seal, nowMs: number): Session | null => {
  const sealed = readCookie(request.headers.cookie, cookieName);
  const text = sealed === undefined ? null : seal.open(sealed);
  if (text === null) return null;
  const session = JSON.parse(text) as Session;
  return session.untilMs > nowMs ? session : null;
};

/** Begins a session of seven days. */
export const beginSession = (
  request: FastifyRequest,
  reply: FastifyReply,
  seal: Seal,
  key: string,
  nowMs: number,
): void => {
  const session: Session = {
    id: randomBytes(12).toString('base64url'),
    key,
    untilMs: nowMs + lastsMs,
  };
  setCookie(request, reply, seal.close(JSON.stringify(session)), lastsMs / 1000);
};

/** Ends the session in this browser. */
export const endSession = (request: FastifyRequest, reply: FastifyReply): void =>
  setCookie(request, reply, '', 0);

/** Lax, so that a link in an alert leads to the page; what changes something takes a form token as well. */
const setCookie = (
  request: FastifyRequest,
  reply: FastifyReply,
  value: string,
  seconds: number,
): void => {
  const secure = request.protocol === 'https' || request.headers['x-forwarded-proto'] === 'https';
  void reply.header(
    'set-cookie',
    `${cookieName}=${value}; Path=/; HttpOnly; SameSite=Lax; Max-Age=${seconds}${secure ? '; Secure' : ''}`,
  );
};
