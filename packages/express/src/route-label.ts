import type { IncomingMessage } from 'node:http';
import type { ExpressRequest } from './types.ts';

/** The pattern of the route that answered: a string as it is, a list joined, a regular expression as its source. Never the URL. */
export const routeLabel = (request: IncomingMessage): string | undefined => {
  const path = (request as ExpressRequest).route?.path;
  const paths: readonly unknown[] = Array.isArray(path) ? path : [path];
  const label = paths
    .map((one) => (one instanceof RegExp ? String(one) : one))
    .filter((one) => typeof one === 'string')
    .join(', ');
  return label === '' ? undefined : label;
};
