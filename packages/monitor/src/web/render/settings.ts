import type { ApiKey } from '../../store/key-store.ts';
import type { Viewer } from '../session/viewer.ts';
import { ago, writeDuration } from './format.ts';
import type { Html } from './html.ts';
import { html } from './html.ts';
import { renderLayout } from './layout.ts';
import { actionForm, cell, copyButton, emptyState, table } from './parts.ts';

/** What the settings page shows. */
export interface SettingsContent {
  readonly graceMs: number;
  readonly keys: readonly ApiKey[];
  readonly open: boolean;
  readonly nowMs: number;
  /** A key that was made just now; it is shown this once. */
  readonly madeKey: string | null;
  readonly fault: string | null;
}

/** Settings of the whole monitor. */
export const renderSettings = (viewer: Viewer, content: SettingsContent): Html =>
  renderLayout(viewer, {
    title: 'Settings',
    section: 'settings',
    body: html`<h1>Settings</h1>
      ${content.fault !== null && html`<p class="banner bad" role="alert">${content.fault}</p>`}
      ${
        content.madeKey !== null &&
        html`<div class="banner good" role="status">
          <p>This is the key. It is shown only now; keep it where your secrets are.</p>
          <div class="copy-line">
            <code id="made-key">${content.madeKey}</code>${copyButton(content.madeKey, 'API key')}
          </div>
        </div>`
      }
      ${access(viewer, content.open)}
      ${viewer.mayChange ? html`${grace(viewer, content.graceMs)}${keys(viewer, content)}` : html`<p class="lead">Sign in with an admin key to change settings.</p>`}`,
  });

const access = (viewer: Viewer, open: boolean): Html =>
  html`<section class="card" aria-labelledby="h-access">
    <h2 id="h-access">Access</h2>
    ${
      open
        ? html`<p>
            This monitor listens on this machine only and is open to everyone on it. Set an admin
            key to ask for a sign-in.
          </p>`
        : html`<p>
              ${viewer.mayChange ? 'You may read and change everything.' : 'You may read everything and change nothing.'}
            </p>
            ${viewer.signedIn && actionForm('/logout', viewer.token, 'Sign out')}`
    }
  </section>`;

const grace = (viewer: Viewer, graceMs: number): Html =>
  html`<section class="card" aria-labelledby="h-grace">
    <h2 id="h-grace">Grace of new monitors</h2>
    <form method="post" action="/settings/grace" class="row-form">
      <input type="hidden" name="token" value="${viewer.token}" />
      <div class="field">
        <label for="grace">How late a beat may be</label
        ><input
          id="grace"
          name="grace"
          value="${writeDuration(graceMs)}"
          required
          aria-describedby="grace-hint"
        />
        <p class="hint" id="grace-hint">Filled in where a monitor is created in the browser.</p>
      </div>
      <button class="button" type="submit">Save</button>
    </form>
  </section>`;

const keys = (viewer: Viewer, { keys: found, nowMs }: SettingsContent): Html =>
  html`<section class="card" aria-labelledby="h-keys">
    <h2 id="h-keys">API keys</h2>
    ${
      found.length === 0
        ? emptyState(
            'No key yet',
            html`<p>
              A ping key lets jobs ping and nothing else: give each app its own, so that one can be
              taken back.
            </p>`,
          )
        : table(
            'API keys, oldest first',
            ['Name', 'May', 'Created', ''],
            found.map(
              (key) =>
                html`<tr>
                  <th scope="row" class="grow">${key.name} <code>${key.id}</code></th>
                  ${cell('May', key.scope)}${cell('Created', ago(key.createdMs, nowMs))}
                  <td>
                    ${actionForm(`/settings/keys/${key.id}/delete`, viewer.token, 'Delete', 'button small bad')}
                  </td>
                </tr>`,
            ),
          )
    }
    <form method="post" action="/settings/keys" class="row-form">
      <input type="hidden" name="token" value="${viewer.token}" />
      <div class="field">
        <label for="key-name">Name</label
        ><input id="key-name" name="name" required maxlength="100" placeholder="backup server" />
      </div>
      <div class="field">
        <label for="key-scope">May</label
        ><select id="key-scope" name="scope">
          <option value="ping">ping</option>
          <option value="read">read and ping</option>
          <option value="admin">do everything</option>
        </select>
      </div>
      <button class="button" type="submit">Create key</button>
    </form>
  </section>`;
