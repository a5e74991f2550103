import { connect } from 'node:net';

/**
 * Does something listen at a URL's host and port?
 *
 * @param {string} url of a Redis, a PostgreSQL
 * @param {number} defaultPort where the URL has none
 * @returns {Promise<boolean>} false for what is no URL, too
 */
export const answers = (url, defaultPort) =>
  new Promise((resolve) => {
    if (!URL.canParse(url)) {
      resolve(false);
      return;
    }
    const { hostname, port } = new URL(url);
    const host = hostname.replace(/^\[|\]$/g, '') || '127.0.0.1';
    const socket = connect({ host, port: Number(port || defaultPort), timeout: 10_000 });
    const end = (found) => {
      socket.destroy();
      resolve(found);
    };
    socket.once('connect', () => end(true));
    socket.once('timeout', () => end(false));
    socket.once('error', () => end(false));
  });
