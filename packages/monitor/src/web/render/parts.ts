import type { Html, HtmlValue } from './html.ts';
import { html } from './html.ts';

/** Where a monitor's pages are. */
export const monitorPath = (key: string, view = ''): string =>
  `/monitors/${encodeURIComponent(key)}${view === '' ? '' : `/${view}`}`;

/** One choice among links. */
export interface Choice {
  readonly href: string;
  readonly word: string;
  readonly chosen: boolean;
  /** A figure behind the word. */
  readonly figure?: string;
}

/** Links of which one is chosen. */
export const choices = (label: string, items: readonly Choice[], className = 'tabs'): Html =>
  html`<nav class="${className}" aria-label="${label}">
    ${items.map(
      ({ href, word, chosen, figure }) =>
        html`<a href="${href}" ${chosen && html` aria-current="true"`}
          >${word}${figure !== undefined && html` <span class="figure">${figure}</span>`}</a
        >`,
    )}
  </nav>`;

/** A button that puts a text on the clipboard. `what` says which text it is. */
export const copyButton = (text: string, what: string): Html =>
  html`<button class="copy" type="button" data-copy="${text}" aria-label="Copy ${what}">
    Copy
  </button>`;

/** What is shown in place of a list that is empty: why, and what to do. */
export const emptyState = (title: string, body: HtmlValue): Html =>
  html`<div class="empty">
    <p class="strong-line">${title}</p>
    ${body}
  </div>`;

/** A form with one button that does one thing. */
export const actionForm = (
  action: string,
  token: string,
  word: string,
  className = 'button',
): Html =>
  html`<form method="post" action="${action}" class="inline">
    <input type="hidden" name="token" value="${token}" /><button class="${className}" type="submit">
      ${word}
    </button>
  </form>`;

/** Leads to the next part of a list, and back to its beginning. */
export const pager = (
  path: string,
  query: URLSearchParams,
  nextCursor: string | null,
): Html | null => {
  const isLater = query.has('cursor');
  if (nextCursor === null && !isLater) return null;
  const next = new URLSearchParams(query);
  next.set('cursor', nextCursor ?? '');
  const first = new URLSearchParams(query);
  first.delete('cursor');
  return html`<nav class="pager" aria-label="Parts of the list">
    ${isLater && html`<a class="button" href="${path}?${String(first)}">To the beginning</a>`}
    ${nextCursor !== null && html`<a class="button" rel="next" href="${path}?${String(next)}">Next page</a>`}
  </nav>`;
};

/** A fact with its name. */
export const fact = (name: string, value: HtmlValue): Html =>
  html`<div>
    <dt>${name}</dt>
    <dd>${value}</dd>
  </div>`;

/** A table that becomes a list of cards where there is little room. The class `sums` has figures in all but the first column. */
export const table = (
  caption: string,
  heads: readonly string[],
  rows: HtmlValue,
  className = '',
): Html =>
  html`<table class="table ${className}">
    <caption class="unseen">
      ${caption}
    </caption>
    <thead>
      <tr>
        ${heads.map((head) => html`<th scope="col">${head === '' ? html`<span class="unseen">Actions</span>` : head}</th>`)}
      </tr>
    </thead>
    <tbody>
      ${rows}
    </tbody>
  </table>`;

/** A cell of such a table. On a card the name of its column stands above the value, and a cell without one is left out. */
export const cell = (head: string, value: HtmlValue, className = ''): Html =>
  value === null
    ? html`<td class="blank ${className}"></td>`
    : html`<td${head !== '' && html` data-head="${head}"`} class="${className}">${value}</td>`;
