import type { ErrorRequestHandler, RequestHandler } from 'express';
import { type ComparedApp, json } from './app.ts';

interface User {
  readonly id: number;
  name: string;
  readonly role: 'admin' | 'member';
}

const makeUsers = (): User[] => [
  { id: 0, name: 'ada', role: 'member' },
  { id: 1, name: 'grace', role: 'admin' },
  { id: 2, name: 'barbara', role: 'member' },
];

class Missing extends Error {
  readonly status = 404;
}

const fail: ErrorRequestHandler = (
  error: Error & { status?: number },
  _request,
  response,
  _next,
) => {
  response.status(error.status ?? 500).send({ error: error.message });
};

const errorPages: ComparedApp = {
  name: 'errors and error pages',
  build({ app: create, errors }) {
    const app = create();
    app.get('/throws', () => {
      throw new Error('broken');
    });
    app.get('/passes', (_request, _response, next) => {
      process.nextTick(() => next(new Error('broken later')));
    });
    app.get('/forbidden', (_request, _response, next) => {
      next(Object.assign(new Error('not allowed'), { status: 403 }));
    });
    app.get('/half', (_request, response, next) => {
      response.set('Content-Length', '20').write('half of it');
      setImmediate(() => next(new Error('too late')));
    });
    app.get('/by-default', (_request, _response, next) => next(new Error('default page')));
    app.use((request, response) => {
      response.status(404);
      response.format({
        html: () => response.send('<p>nothing here</p>'),
        json: () => response.json({ error: 'nothing here' }),
        default: () => response.type('txt').send('nothing here'),
      });
    });
    errors(app);
    app.use(((error: Error, request, response, next) => {
      if (response.headersSent || request.path === '/by-default') next(error);
      else fail(error, request, response, next);
    }) satisfies ErrorRequestHandler);
    return app;
  },
  requests: [
    ['GET /throws'],
    ['GET /passes'],
    ['GET /forbidden'],
    ['GET /half'],
    ['GET /by-default'],
    ['GET /nothing', { Accept: 'text/html' }],
    ['GET /nothing', { Accept: 'application/json' }],
    ['GET /nothing', { Accept: 'text/plain' }],
  ],
};

const multiRouter: ComparedApp = {
  name: 'several routers',
  build({ app: create, router }) {
    const app = create();
    const versions = ['v1', 'v2'].map((version) => {
      const api = router({ mergeParams: true });
      api.get('/', (_request, response) => void response.send(`hello from ${version}`));
      api.get('/users', (request, response) => void response.json([version, request.baseUrl]));
      return api;
    });
    versions.forEach((api, index) => app.use(`/api/v${index + 1}`, api));
    app.use('/teams/:team', ...versions);
    const inner = create();
    inner.get('/', (request, response) => void response.send(`inner at ${request.baseUrl}`));
    app.use('/inner', inner);
    return app;
  },
  requests: [
    ['GET /api/v1'],
    ['GET /api/v2/users?x=1'],
    ['GET /api/v3'],
    ['GET /teams/red/users'],
    ['GET /inner'],
    ['GET /inner/nothing'],
  ],
};

const params: ComparedApp = {
  name: 'parameters',
  build({ app: create, errors }) {
    const app = create();
    const users = makeUsers();
    for (const name of ['from', 'to']) {
      app.param(name, (request, _response, next, value: string) => {
        const number = Number.parseInt(value, 10);
        if (Number.isNaN(number)) next(Object.assign(new Error(`no ${name}`), { status: 400 }));
        else {
          request.params[name] = String(number);
          next();
        }
      });
    }
    app.get('/users/:from-:to', (request, response) => {
      const { from, to } = request.params;
      response.json(users.slice(Number(from), Number(to) + 1).map((user) => user.name));
    });
    app.get(/^\/items\/(\d+)(?:\.(json|txt))?$/u, (request, response) => {
      response.json({ ...request.params });
    });
    errors(app);
    app.use(fail);
    return app;
  },
  requests: [
    ['GET /users/0-1'],
    ['GET /users/1-x'],
    ['GET /items/12.json'],
    ['GET /items/x'],
    ['GET /users/%E0%A4%A-1'],
  ],
};

const resource: ComparedApp = {
  name: 'resources and a route map',
  build({ express, app: create, errors }) {
    const app = create();
    const users = makeUsers();
    app.use(express.json());
    const find: RequestHandler<{ id: string }> = (request, _response, next) => {
      next(
        users[Number(request.params.id)] === undefined ? new Missing('no such user') : undefined,
      );
    };
    app
      .route('/users')
      .get((_request, response) => void response.json(users))
      .post((request, response) => {
        const { name } = request.body as { name: string };
        users.push({ id: users.length, name, role: 'member' });
        response
          .status(201)
          .location(`/users/${users.length - 1}`)
          .end();
      });
    app
      .route('/users/:id')
      .all(find)
      .get((request, response) => void response.json(users[Number(request.params.id)]))
      .put((request, response) => {
        (users[Number(request.params.id)] as User).name = (request.body as { name: string }).name;
        response.status(204).end();
      })
      .delete((request, response) => {
        users.splice(Number(request.params.id), 1);
        response.send('gone');
      });
    errors(app);
    app.use(fail);
    return app;
  },
  requests: [
    ['GET /users'],
    ['POST /users', json, '{"name":"jean"}'],
    ['GET /users/3'],
    ['PUT /users/3', json, '{"name":"joan"}'],
    ['DELETE /users/0'],
    ['GET /users'],
    ['GET /users/9'],
    ['OPTIONS /users'],
    ['OPTIONS /users/1'],
    ['PATCH /users', json, '{}'],
    ['POST /users', json, 'not json'],
  ],
};

const routeMiddleware: ComparedApp = {
  name: 'route middleware',
  build({ app: create, errors }) {
    const app = create();
    const users = makeUsers();
    const load: RequestHandler<{ id: string }> = (request, response, next) => {
      const user = users[Number(request.params.id)];
      if (user === undefined) next(new Missing(`no user ${request.params.id}`));
      else {
        response.locals['user'] = user;
        next();
      }
    };
    const onlySelf: RequestHandler = (_request, response, next) => {
      if ((response.locals['user'] as User).id === 0) next();
      else next(Object.assign(new Error('not yours'), { status: 403 }));
    };
    const skip: RequestHandler = (request, _response, next) => {
      next(request.query['skip'] === undefined ? undefined : 'route');
    };
    app.get('/users/:id', load, skip, (_request, response) => void response.json(response.locals));
    app.get('/users/:id', (_request, response) => void response.send('skipped'));
    app.get('/users/:id/edit', load, onlySelf, (_request, response) => void response.send('edit'));
    errors(app);
    app.use(fail);
    return app;
  },
  requests: [
    ['GET /users/0'],
    ['GET /users/0?skip'],
    ['GET /users/7'],
    ['GET /users/0/edit'],
    ['GET /users/1/edit'],
  ],
};

const mvc: ComparedApp = {
  name: 'controllers',
  build({ app: create, router }) {
    const app = create();
    const controllers: Record<string, Record<string, RequestHandler>> = {
      pets: {
        list: (_request, response) => void response.json(['tobi']),
        show: (request, response) => void response.send(`pet ${String(request.params['id'])}`),
      },
      owners: { list: (_request, response) => response.redirect(301, '/pets') },
    };
    const paths: Record<string, string> = { list: '/', show: '/:id' };
    for (const [name, actions] of Object.entries(controllers)) {
      const routes = router({ strict: true });
      for (const [action, handler] of Object.entries(actions))
        routes.get(paths[action] as string, handler);
      app.use(`/${name}`, routes);
    }
    return app;
  },
  requests: [['GET /pets'], ['GET /pets/4'], ['GET /owners'], ['GET /owners/1']],
};

const webService: ComparedApp = {
  name: 'a web service with keys, and a search',
  build({ app: create, router, errors }) {
    const app = create();
    const api = router();
    api.use((request, _response, next) => {
      const key = request.query['api-key'];
      const status = key === undefined ? 400 : 401;
      if (key === 'foo') next();
      else next(Object.assign(new Error(`key ${String(key)}`), { status }));
    });
    api.get('/search', (request, response) => {
      const wanted = String(request.query['q'] ?? '');
      response.json(makeUsers().filter(({ name }) => name.includes(wanted)));
    });
    api.get('/later', async (_request, response) => {
      await Promise.resolve();
      response.set('X-Powered-By', 'patience').json({ later: true });
    });
    app.use('/api', api);
    errors(app);
    app.use(fail);
    app.use((_request, response) => void response.status(404).send({ error: 'nothing here' }));
    return app;
  },
  requests: [
    ['GET /api/search'],
    ['GET /api/search?api-key=bar'],
    ['GET /api/search?api-key=foo&q=ra'],
    ['GET /api/later?api-key=foo'],
    ['GET /api/nothing?api-key=foo'],
    ['GET /'],
  ],
};

/** Apps about how a request finds its handler. */
export const routingApps: readonly ComparedApp[] = [
  errorPages,
  multiRouter,
  params,
  resource,
  routeMiddleware,
  mvc,
  webService,
];
