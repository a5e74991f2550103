import type { FastifyError, FastifyInstance } from 'fastify';

/** Answers what goes wrong in this scope as `{ "error": "…" }`; of an error of ours only that it was one. */
export const answerErrorsAsText = (app: FastifyInstance): void => {
  app.setErrorHandler((error: FastifyError, _request, reply) => {
    const code = error.statusCode ?? 500;
    return reply.code(code).send({ error: code < 500 ? error.message : 'internal error' });
  });
};

/** Answers what goes wrong in this scope as `{ "error": { "code", "message" } }`. */
export const answerErrorsAsObject = (app: FastifyInstance): void => {
  app.setErrorHandler((error: FastifyError, _request, reply) => {
    const status = error.statusCode ?? 500;
    const code =
      status === 413
        ? 'too-large'
        : status === 429
          ? 'rate-limited'
          : status < 500
            ? 'invalid'
            : 'internal';
    const message =
      status < 500 ? error.message : 'The monitor could not handle this; its log says why.';
    return reply.code(status).send({ error: { code, message } });
  });
};
