import type { Viewer } from '../session/viewer.ts';
import type { Html } from './html.ts';
import { html } from './html.ts';
import { renderLayout } from './layout.ts';

/** A page that says one thing. */
export const renderNotice = (viewer: Viewer, title: string, body: Html): Html =>
  renderLayout(viewer, {
    title,
    section: viewer.token === '' ? 'none' : 'board',
    body: html`<div class="notice">
      <h1>${title}</h1>
      ${body}
      <p><a class="button" href="/">To the board</a></p>
    </div>`,
  });
