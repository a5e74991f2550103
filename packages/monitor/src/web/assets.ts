import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';

import type { FastifyInstance } from 'fastify';

interface Asset {
  readonly type: string;
  readonly path: string;
  readonly bytes: Buffer;
  readonly compressed: Buffer;
}

/** Parts of the style sheet in the order in which they count. */
const styles = [
  'base',
  'header',
  'heads',
  'forms',
  'cards',
  'marks',
  'board',
  'tables',
  'charts',
  'pings',
  'narrow',
  'phone',
  'modes',
].map((part) => `styles/${part}.css`);

// beside this file both in src and in dist, where the build copies the folder to
const read = (name: string, type: string, parts: readonly string[] = [name]): Asset => {
  const bytes = Buffer.concat(
    parts.map((part) => readFileSync(new URL(`./assets/${part}`, import.meta.url))),
  );
  const hash = createHash('sha256').update(bytes).digest('hex').slice(0, 10);
  const path = `/assets/${name.replace('.', `.${hash}.`)}`;
  return { type, path, bytes, compressed: gzipSync(bytes, { level: 9 }) };
};

type AssetName = 'style' | 'script' | 'icon' | 'iconBad';

const assets: Readonly<Record<AssetName, Asset>> = {
  style: read('app.css', 'text/css; charset=utf-8', styles),
  script: read('client.js', 'text/javascript; charset=utf-8'),
  icon: read('icon.svg', 'image/svg+xml'),
  iconBad: read('icon-bad.svg', 'image/svg+xml'),
};

/** Where a page finds its style sheet, script and icons. The name changes with the content. */
export const assetPaths: Readonly<Record<AssetName, string>> = {
  style: assets.style.path,
  script: assets.script.path,
  icon: assets.icon.path,
  iconBad: assets.iconBad.path,
};

/** Serves them to anyone, for ever: a changed file has another name. */
export const registerAssets = (app: FastifyInstance): void => {
  for (const { type, path, bytes, compressed } of Object.values(assets)) {
    app.get(path, (request, reply) => {
      void reply
        .type(type)
        .header('cache-control', 'public, max-age=31536000, immutable')
        .header('vary', 'accept-encoding');
      const accepted = String(request.headers['accept-encoding'] ?? '');
      return /\bgzip\b/.test(accepted)
        ? reply.header('content-encoding', 'gzip').send(compressed)
        : reply.send(bytes);
    });
  }
  app.get('/favicon.ico', (_request, reply) => reply.redirect(assetPaths.icon, 302));
};
