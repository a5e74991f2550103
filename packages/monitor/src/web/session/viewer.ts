import type { FastifyReply, FastifyRequest } from 'fastify';

import { bearerKey } from '../../access/access.ts';
import type { PageContext } from '../context.ts';
import { html } from '../render/html.ts';
import { renderNotice } from '../render/notice.ts';
import { sendPage } from '../send-page.ts';
import { readCookie, readSession } from './session.ts';

/** Who looks at a page. */
export interface Viewer {
  /** May create, change and delete. */
  readonly mayChange: boolean;
  /** Signed in with a key; false while nobody needs one. */
  readonly signedIn: boolean;
  /** Goes into every form as `token`. */
  readonly token: string;
  /** What they chose; `null` follows the system. */
  readonly theme: 'dark' | 'light' | null;
  /** What the server's clock shows; the page tells relative times by it. */
  readonly nowMs: number;
}

/** Somebody who is not signed in. */
export const stranger = (request: FastifyRequest, nowMs: number): Viewer => ({
  mayChange: false,
  signedIn: false,
  token: '',
  theme: readTheme(request),
  nowMs,
});

const readTheme = (request: FastifyRequest): 'dark' | 'light' | null => {
  const theme = readCookie(request.headers.cookie, 'lubdub_theme');
  return theme === 'dark' || theme === 'light' ? theme : null;
};

/**
 * Who may see a page: the bearer of a `read` key, in the session or in the header, and anyone while the monitor is open.
 * @returns `null` after answering: a browser is led to the sign-in and back.
 */
export const admitViewer = async (
  context: PageContext,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<Viewer | null> => {
  const { access, clock, seal } = context;
  const session = readSession(request, seal, clock.wallMs());
  const key = bearerKey(request.headers.authorization) ?? session?.key;
  if ((await access.check(key, 'read')) === 'allowed') {
    return {
      mayChange: (await access.check(key, 'admin')) === 'allowed',
      signedIn: session !== null,
      token: seal.mint(session?.id ?? 'open'),
      theme: readTheme(request),
      nowMs: clock.wallMs(),
    };
  }
  const isBrowser = request.headers.accept?.includes('text/html') === true;
  if (request.method !== 'GET' || !isBrowser) {
    await reply.code(401).send('Sign in first.');
  } else {
    await reply.redirect(`/login?next=${encodeURIComponent(request.url)}`, 303);
  }
  return null;
};

/** A form as the browser sent it, and who sent it. */
export interface Submission {
  readonly viewer: Viewer;
  readonly fields: URLSearchParams;
}

/**
 * Takes a form only from somebody who may change things, from a page of this monitor.
 * @returns `null` after answering.
 */
export const admitChange = async (
  context: PageContext,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<Submission | null> => {
  const viewer = await admitViewer(context, request, reply);
  if (viewer === null) return null;
  const fields = request.body instanceof URLSearchParams ? request.body : new URLSearchParams();
  const session = readSession(request, context.seal, context.clock.wallMs());
  const fromHere =
    isSameOrigin(request) && context.seal.verify(fields.get('token') ?? '', session?.id ?? 'open');
  if (fromHere && viewer.mayChange) return { viewer, fields };
  const body = fromHere
    ? html`<p>
        The key that you signed in with may read only. Sign in with an admin key to change
        something.
      </p>`
    : html`<p>
        This form is too old or came from somewhere else. Go back, reload the page and try again.
      </p>`;
  await sendPage(reply.code(403), renderNotice(viewer, 'Not changed', body));
  return null;
};

/** What browsers say about where a request comes from, as far as they say it. */
export const isSameOrigin = (request: FastifyRequest): boolean => {
  const { origin, host } = request.headers;
  const site = request.headers['sec-fetch-site'];
  if (site !== undefined && site !== 'same-origin' && site !== 'none') return false;
  if (origin === undefined) return true;
  return URL.canParse(origin) && new URL(origin).host === host;
};
