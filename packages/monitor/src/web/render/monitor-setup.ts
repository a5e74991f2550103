import type { MonitorSummary } from '../../model.ts';
import type { Snippet } from '../snippets.ts';
import type { Viewer } from '../session/viewer.ts';
import { renderBadge } from './badge.ts';
import type { Html } from './html.ts';
import { html } from './html.ts';
import { copyButton } from './parts.ts';

/** How to make a job ping: a snippet for each framework, and the ping address. */
export const renderSetup = (
  viewer: Viewer,
  monitor: MonitorSummary,
  snippets: readonly Snippet[],
  baseUrl: string,
  badge: string,
): Html =>
  html`<section class="card" aria-labelledby="h-address">
      <h2 id="h-address">Ping address</h2>
      ${
        viewer.mayChange
          ? html`<p>
                A request to this address is a beat. Add <code>/start</code>, <code>/fail</code>,
                <code>/log</code> or an exit status to say more.
              </p>
              <div class="copy-line">
                <code>${baseUrl}/ping/${monitor.pingToken}</code
                >${copyButton(`${baseUrl}/ping/${monitor.pingToken}`, 'ping address')}
              </div>`
          : html`<p>
              The ping address is a secret and is shown to those who signed in with an admin key.
            </p>`
      }
    </section>
    <section class="card" aria-labelledby="h-code">
      <h2 id="h-code">Code</h2>
      <nav class="chips" aria-label="Snippets">
        ${snippets.map((snippet) => html`<a href="#code-${snippet.id}">${snippet.name}</a>`)}
      </nav>
      ${snippets.map(
        (snippet) =>
          html`<article class="snippet" id="code-${snippet.id}">
            <div class="card-head">
              <h3>${snippet.name}</h3>
              ${copyButton(snippet.code, `${snippet.name} snippet`)}
            </div>
            <p>${snippet.note}</p>
            <pre tabindex="0"><code>${snippet.code}</code></pre>
          </article>`,
      )}
    </section>
    ${viewer.mayChange && badgeCard(monitor, baseUrl + badge)}`;

const badgeCard = (monitor: MonitorSummary, address: string): Html =>
  html`<section class="card" aria-labelledby="h-badge">
    <h2 id="h-badge">Badge</h2>
    <p>
      A picture of the state for a README or a wiki. Whoever has its address sees the name and the
      state without signing in.
    </p>
    <p class="badge-shown">${renderBadge(monitor.name, monitor.state)}</p>
    <div class="copy-line"><code>${address}</code>${copyButton(address, 'badge address')}</div>
  </section>`;
