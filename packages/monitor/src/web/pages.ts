import { randomBytes } from 'node:crypto';

import type { FastifyError, FastifyInstance } from 'fastify';

import { registerAssets } from './assets.ts';
import type { ApiContext } from '../api/access.ts';
import type { PageContext } from './context.ts';
import { sealSetting } from './context.ts';
import { html } from './render/html.ts';
import { renderNotice } from './render/notice.ts';
import { registerAlerts } from './routes/alerts.ts';
import { registerBadges } from './routes/badge.ts';
import { registerBoard } from './routes/board.ts';
import { registerChangePages } from './routes/changes.ts';
import { registerLive } from './routes/live.ts';
import { registerLogin } from './routes/login.ts';
import { registerMonitor } from './routes/monitor.ts';
import { registerRequests } from './routes/requests.ts';
import { registerSettings } from './routes/settings.ts';
import { sendPage } from './send-page.ts';
import { createAttempts } from './session/attempts.ts';
import { createSeal } from './session/seal.ts';
import { stranger } from './session/viewer.ts';

const formBytes = 65_536;

/** Everything that people see in a browser. Processes that share a database share sign-ins. */
export const registerPages = async (app: FastifyInstance, api: ApiContext): Promise<void> => {
  const secret = await api.store.initSetting(sealSetting, randomBytes(32).toString('base64url'));
  const context: PageContext = { ...api, seal: createSeal(secret), attempts: createAttempts() };
  app.removeAllContentTypeParsers();
  app.addContentTypeParser(
    'application/x-www-form-urlencoded',
    { parseAs: 'string', bodyLimit: formBytes },
    (_request, body, done) => done(null, new URLSearchParams(String(body))),
  );
  app.setErrorHandler((error: FastifyError, request, reply) => {
    const code = error.statusCode ?? 500;
    if (code >= 500) request.log.error({ err: error }, 'page failed');
    const said = code < 500 ? error.message : 'The log of the monitor says why.';
    const page = renderNotice(
      stranger(request, api.clock.wallMs()),
      'This did not work',
      html`<p>${said}</p>`,
    );
    return sendPage(reply.code(code), page);
  });
  registerAssets(app);
  registerLogin(app, context);
  registerBoard(app, context);
  registerChangePages(app, context);
  registerMonitor(app, context);
  registerAlerts(app, context);
  registerRequests(app, context);
  registerSettings(app, context);
  registerBadges(app, context);
  registerLive(app, context);
};
