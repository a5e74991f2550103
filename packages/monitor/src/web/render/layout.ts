import { assetPaths } from '../assets.ts';
import type { Viewer } from '../session/viewer.ts';
import type { Html } from './html.ts';
import { html } from './html.ts';
import { sprite } from './states.ts';

/** A page without what all pages share. */
export interface PageContent {
  /** Title of the tab; the heading is part of the body. */
  readonly title: string;
  /** Which part of the menu is marked. */
  readonly section: 'board' | 'alerts' | 'requests' | 'settings' | 'none';
  readonly body: Html;
  /** Whether the icon of the tab says that something is wrong. Default false. */
  readonly failing?: boolean;
  /**
   * What makes the page look for news: `all` is any change, anything else the key of one monitor. Without it the page
   * stays as it is.
   */
  readonly live?: 'all' | 'alerts' | 'requests' | { readonly key: string };
}

const menu = [
  ['board', '/', 'Board'],
  ['alerts', '/alerts', 'Alerts'],
  ['requests', '/requests', 'Requests'],
  ['settings', '/settings', 'Settings'],
] as const;

/** Puts a page together. */
export const renderLayout = (viewer: Viewer, content: PageContent): Html => {
  const { live } = content;
  return html`<!doctype html>
<html lang="en" data-theme="${viewer.theme ?? 'auto'}" data-now="${new Date(viewer.nowMs).toISOString()}"><head><meta charset="utf-8">
<title>${content.title} · lubdub</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<link rel="icon" href="${content.failing === true ? assetPaths.iconBad : assetPaths.icon}" type="image/svg+xml">
<link rel="stylesheet" href="${assetPaths.style}">
<script src="${assetPaths.script}" type="module"></script></head>
<body${live === undefined ? null : html` data-live-topic="${typeof live === 'string' ? live : 'monitor'}"`}${
    typeof live === 'object' && html` data-live-key="${live.key}"`
  }>${sprite}
<a class="skip" href="#main">Skip to the content</a>
<header class="top"><div class="wrap">
<a class="brand" href="/"><svg class="mark" viewBox="0 0 32 20" aria-hidden="true"><path d="M1 11h6l2.5-7 4 14L17 2l3.5 12 2-3H31"/></svg>lubdub</a>
${content.section === 'none' ? null : renderMenu(content.section)}
<div class="tools">${live !== undefined && html`<span class="live" id="live" role="status"><span class="live-dot" aria-hidden="true"></span><span id="live-word">Connecting</span></span>`}
<button class="theme" type="button" id="theme" aria-label="Switch between dark and light"><svg class="icon" viewBox="0 0 16 16" aria-hidden="true"><path d="M8 1a7 7 0 1 0 0 14A7 7 0 0 0 8 1Zm0 1.6v10.8A5.4 5.4 0 0 1 8 2.6Z"/></svg></button></div>
</div></header>
<main id="main" class="wrap">${content.body}</main>
<p class="unseen" id="news" role="status" aria-live="polite"></p>
</body></html>
`;
};

const renderMenu = (section: PageContent['section']): Html =>
  html`<nav class="menu" aria-label="Pages">
    ${menu.map(
      ([name, path, word]) =>
        html`<a href="${path}" ${name === section && html` aria-current="page"`}>${word}</a>`,
    )}
  </nav>`;
