import type { Viewer } from '../session/viewer.ts';
import type { Html } from './html.ts';
import { html } from './html.ts';
import { renderLayout } from './layout.ts';

/** The sign-in. `next` is the page that is wanted. */
export const renderLogin = (viewer: Viewer, next: string, fault: string | null): Html =>
  renderLayout(viewer, {
    title: 'Sign in',
    section: 'none',
    body: html`<form method="post" action="/login" class="card login">
      <h1>Sign in</h1>
      ${fault !== null && html`<p class="banner bad" role="alert">${fault}</p>`}
      <input type="hidden" name="next" value="${next}" />
      <div class="field">
        <label for="key">API key</label
        ><input
          id="key"
          name="key"
          type="password"
          autocomplete="current-password"
          required
          autofocus
          maxlength="500"
          aria-describedby="key-hint"
        />
        <p class="hint" id="key-hint">
          A read key shows every page; the admin key also changes things. The admin key is the one
          this monitor was started with.
        </p>
      </div>
      <button class="button primary" type="submit">Sign in</button>
    </form>`,
  });
