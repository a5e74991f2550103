import { createHash, timingSafeEqual } from 'node:crypto';
import cookies from 'cookie-parser';
import session from 'express-session';
import { type ComparedApp, form } from './app.ts';

declare module 'express-session' {
  interface SessionData {
    views: number;
    user: string;
  }
}

const digest = (text: string): Buffer => createHash('sha256').update(text).digest();

const auth: ComparedApp = {
  name: 'authentication',
  build({ express, app: create }) {
    const app = create();
    app.use(express.urlencoded({ extended: false }));
    app.use(session({ secret: 'one', resave: false, saveUninitialized: false, genid: () => 'a' }));
    const known = digest('secret');
    app.post('/login', (request, response, next) => {
      const { name, password } = request.body as { name: string; password: string };
      if (!timingSafeEqual(digest(password), known)) {
        response.redirect('/login?failed');
        return;
      }
      request.session.regenerate((error: unknown) => {
        if (error) {
          next(error);
          return;
        }
        request.session.user = name;
        response.redirect('/restricted');
      });
    });
    app.get('/login', (request, response) => {
      response.send('failed' in request.query ? 'try again' : 'log in');
    });
    app.get(
      '/restricted',
      (request, response, next) => {
        if (request.session.user === undefined) response.redirect(303, '/login');
        else next();
      },
      (request, response) => void response.send(`welcome ${request.session.user}`),
    );
    app.post('/logout', (request, response) => {
      request.session.destroy(() => response.redirect('/'));
    });
    return app;
  },
  requests: [
    ['GET /restricted'],
    ['POST /login', form, 'name=ada&password=wrong'],
    ['GET /login?failed'],
    ['POST /login', form, 'name=ada&password=secret'],
    ['GET /restricted'],
    ['POST /logout', form, 'x=1'],
    ['GET /restricted'],
  ],
};

const cookieJar: ComparedApp = {
  name: 'cookies',
  build({ express, app: create }) {
    const app = create();
    app.use(cookies('keyboard'), express.urlencoded({ extended: false }));
    app.get('/', (request, response) => {
      response.send({
        plain: request.cookies as unknown,
        signed: request.signedCookies as unknown,
      });
    });
    app.post('/', (request, response) => {
      const { remember } = request.body as { remember?: string };
      if (remember !== undefined)
        response.cookie('remember', 'yes', { signed: true, httpOnly: true }).cookie('a', { b: 1 });
      response.redirect('/');
    });
    app.get('/forget', (_request, response) => response.clearCookie('remember').redirect('/'));
    return app;
  },
  requests: [
    ['GET /'],
    ['POST /', form, 'remember=1'],
    ['GET /'],
    ['GET /forget'],
    ['GET /', { Cookie: 'remember=s%3Ayes.forged' }],
  ],
};

const sessions: ComparedApp = {
  name: 'sessions',
  build({ app: create }) {
    const app = create();
    app.use(session({ secret: 'two', resave: true, saveUninitialized: true, genid: () => 'b' }));
    app.get('/', (request, response) => {
      request.session.views = (request.session.views ?? 0) + 1;
      response.send(`seen ${request.session.views} times`);
    });
    return app;
  },
  requests: [['GET /'], ['GET /'], ['GET /'], ['GET /nothing']],
};

const hosts: ComparedApp = {
  name: 'virtual hosts',
  build({ app: create }) {
    const main = create();
    main.get('/', (_request, response) => void response.send('main'));
    main.get('/:sub', (request, response) => void response.send(`asked for ${request.params.sub}`));
    const others = create();
    others.use((request, response) => {
      response.redirect(`http://example.test/${request.hostname.split('.')[0]}`);
    });
    const app = create();
    app.use((request, response, next) => {
      if (request.hostname === 'example.test') main(request, response, next);
      else if (request.hostname.endsWith('.example.test')) others(request, response, next);
      else next();
    });
    return app;
  },
  requests: [
    ['GET /', { Host: 'example.test' }],
    ['GET /x', { Host: 'example.test:3000' }],
    ['GET /', { Host: 'blog.example.test' }],
    ['GET /', { Host: 'elsewhere.test' }],
  ],
};

/** Apps that know who asks. */
export const stateApps: readonly ComparedApp[] = [auth, cookieJar, sessions, hosts];
