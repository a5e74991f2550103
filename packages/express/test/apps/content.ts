import { createReadStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import compression from 'compression';
import { type ComparedApp, json } from './app.ts';

const files = join(import.meta.dirname, 'public');
const views = join(import.meta.dirname, 'views');
const people = ['Ada', 'Grace', 'Barbara'];

const negotiation: ComparedApp = {
  name: 'content negotiation',
  build({ app: create }) {
    const app = create();
    app.get('/people', (_request, response) => {
      response.format({
        html: () => response.send(people.map((name) => `<li>${name}</li>`).join('')),
        text: () => response.send(people.join('\n')),
        json: () => response.json(people),
      });
    });
    app.get('/callback', (_request, response) => void response.jsonp({ people }));
    app.get('/languages', (request, response) => {
      response.vary('Accept-Language').send(request.acceptsLanguages('fr', 'en') || 'none');
    });
    return app;
  },
  requests: [
    ['GET /people'],
    ['GET /people', { Accept: 'text/plain' }],
    ['GET /people', { Accept: 'application/json;q=0.9, text/html;q=0.1' }],
    ['GET /people', { Accept: 'image/png' }],
    ['GET /callback?callback=told'],
    ['GET /languages', { 'Accept-Language': 'fr' }],
    ['HEAD /people', { Accept: 'application/json' }],
  ],
};

const downloads: ComparedApp = {
  name: 'downloads',
  build({ app: create, errors }) {
    const app = create();
    app.get('/files/:file', (request, response, next) => {
      const file = basename(request.params.file);
      response.download(file, `copy of ${file}`, { root: files }, (error?: Error) => {
        if (error === undefined) return;
        if ((error as { status?: number }).status === 404)
          response.status(404).send('no such file');
        else next(error);
      });
    });
    app.get('/piped', (_request, response) => {
      response.type('text').attachment('copy.txt');
      createReadStream(join(files, 'notes.txt')).pipe(response);
    });
    errors(app);
    return app;
  },
  requests: [
    ['GET /files/notes.txt'],
    ['GET /files/notes.txt', { Range: 'bytes=3-7' }],
    ['GET /files/notes.txt', { Range: 'bytes=900-' }],
    ['GET /files/nothing.txt'],
    ['GET /piped'],
    ['HEAD /piped'],
  ],
};

const statics: ComparedApp = {
  name: 'static files',
  build({ express, app: create }) {
    const app = create();
    app.use(express.static(files));
    app.use('/under', express.static(files, { index: 'notes.txt', maxAge: 1_000, etag: false }));
    return app;
  },
  requests: [
    ['GET /notes.txt'],
    ['HEAD /notes.txt'],
    ['GET /notes.txt', { 'If-Modified-Since': 'Fri, 01 Jan 2100 00:00:00 GMT' }],
    ['GET /under'],
    ['GET /under/'],
    ['GET /under/page.html'],
    ['POST /notes.txt'],
    ['GET /../apps.ts'],
    ['GET /%2e%2e/content.ts'],
    ['GET /nothing'],
  ],
};

const engine = async (
  path: string,
  data: object,
  done: (error: unknown, text?: string) => void,
): Promise<void> => {
  try {
    const text = await readFile(path, 'utf8');
    done(
      null,
      text.replaceAll(/\{(\w+)\}/gu, (_all, name: string) => String(Reflect.get(data, name))),
    );
  } catch (error) {
    done(error);
  }
};

const viewLocals: ComparedApp = {
  name: 'views and locals',
  build({ app: create, errors }) {
    const app = create();
    app.engine('html', (path, data, done) => void engine(path, data, done));
    app.set('views', views).set('view engine', 'html');
    app.locals['site'] = 'jobs';
    app.use((_request, response, next) => {
      response.locals['user'] = 'ada';
      next();
    });
    app.get('/', (_request, response) => response.render('page', { title: 'first' }));
    app.get('/missing', (_request, response) => response.render('missing'));
    app.get('/by-hand', (_request, response, next) => {
      response.render('page', { title: 'second' }, (error: Error | null, text: string) => {
        if (error) next(error);
        else response.send(text.toUpperCase());
      });
    });
    errors(app);
    return app;
  },
  requests: [['GET /'], ['GET /by-hand'], ['GET /missing']],
};

const viewConstructor: ComparedApp = {
  name: 'a view constructor',
  build({ app: create }) {
    const app = create();
    class RemoteView {
      readonly path: string;
      constructor(name: string) {
        this.path = `remote/${name}`;
      }
      render(data: { readonly title?: string }, done: (error: null, text: string) => void): void {
        setImmediate(() => done(null, `${this.path}: ${data.title ?? 'untitled'}`));
      }
    }
    app.set('view', RemoteView);
    app.get('/:name', (request, response) => response.render(request.params.name, request.query));
    return app;
  },
  requests: [['GET /contributing?title=how'], ['GET /licence']],
};

const compressed: ComparedApp = {
  name: 'compression and streams',
  build({ express, app: create }) {
    const app = create();
    app.use(compression({ threshold: 0 }), express.json());
    app.post('/echo', (request, response) => void response.json(request.body));
    app.get('/lines', (_request, response) => {
      response.type('text');
      for (let line = 0; line < 1_000; line += 1) response.write(`line ${line}\n`);
      response.end('last');
    });
    app.get('/early', (_request, response) => {
      response.writeHead(202, { 'X-Own': 'yes' });
      response.end();
    });
    app.get('/empty', (_request, response) => void response.sendStatus(204));
    return app;
  },
  requests: [
    ['POST /echo', { ...json, 'Accept-Encoding': 'gzip' }, '{"a":[1,2,3]}'],
    ['POST /echo', json, '{"a":'],
    ['GET /lines', { 'Accept-Encoding': 'gzip' }],
    ['GET /lines'],
    ['GET /early'],
    ['GET /empty'],
    ['OPTIONS /echo'],
  ],
};

/** Apps about what an answer is made of. */
export const contentApps: readonly ComparedApp[] = [
  negotiation,
  downloads,
  statics,
  viewLocals,
  viewConstructor,
  compressed,
];
