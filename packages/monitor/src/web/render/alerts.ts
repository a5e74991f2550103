import type { Alert, AlertSource, ListedDelivery } from '../../store/alert-store.ts';
import type { Flip } from '../../model.ts';
import type { Viewer } from '../session/viewer.ts';
import { ago, at, plural } from './format.ts';
import type { Html } from './html.ts';
import { html } from './html.ts';
import { renderLayout } from './layout.ts';
import type { ChannelRow, ChannelTest } from './channels.ts';
import { renderChannels } from './channels.ts';
import { flipTable } from './monitor-lists.ts';
import { actionForm, cell, choices, emptyState, monitorPath, pager, table } from './parts.ts';
import { badge, wordFor } from './states.ts';

/** One of the lists of the page. */
export type AlertsContent =
  | {
      readonly view: 'sent';
      readonly channels: readonly string[];
      readonly items: readonly ListedDelivery[];
    }
  | {
      readonly view: 'received';
      readonly items: readonly Alert[];
      readonly sources: readonly AlertSource[];
    }
  | { readonly view: 'changes'; readonly items: readonly Flip[] }
  | {
      readonly view: 'channels';
      readonly items: readonly ChannelRow[];
      /** The test that was just sent. */
      readonly test: ChannelTest | null;
    };

/** The alerts page: what was sent to whom, what others sent here, and every change of state. */
export const renderAlerts = (
  viewer: Viewer,
  content: AlertsContent,
  nextCursor: string | null,
  query: URLSearchParams,
  nowMs: number,
): Html =>
  renderLayout(viewer, {
    title: 'Alerts',
    section: 'alerts',
    // the answer to a form is no page that could be asked for again
    ...(content.view === 'channels' && content.test !== null ? {} : { live: 'alerts' as const }),
    body: html`<h1>Alerts</h1>
      ${choices('Lists', [
        { href: '/alerts', word: 'Sent', chosen: content.view === 'sent' },
        { href: '/alerts?view=received', word: 'Received', chosen: content.view === 'received' },
        {
          href: '/alerts?view=changes',
          word: 'Changes',
          chosen: content.view === 'changes',
        },
        { href: '/alerts?view=channels', word: 'Channels', chosen: content.view === 'channels' },
      ])}
      <div id="list" data-live>${list(viewer, content, nowMs)}</div>
      ${pager('/alerts', query, nextCursor)}`,
  });

const list = (viewer: Viewer, content: AlertsContent, nowMs: number): Html => {
  if (content.view === 'sent') return deliveries(content.items, content.channels, nowMs);
  if (content.view === 'channels') return renderChannels(viewer, content.items, content.test);
  if (content.view === 'received') return received(viewer, content.items, content.sources, nowMs);
  return content.items.length === 0
    ? emptyState(
        'Nothing has changed yet',
        html`<p>
          When a monitor goes up, down or stuck, the change is listed here with its reason.
        </p>`,
      )
    : flipTable(content.items, true);
};

const deliveries = (
  items: readonly ListedDelivery[],
  channels: readonly string[],
  nowMs: number,
): Html =>
  items.length === 0
    ? emptyState(
        'No message was sent yet',
        html`<p>
            When a monitor starts to fail, and when it has recovered, every alert channel gets one
            message: a webhook, an e-mail, a chat. Each attempt is listed here.
          </p>
          <p>
            ${channels.length === 0 ? 'No channel is configured yet.' : html`Channels: ${channels.map((channel) => html`<code>${channel}</code> `)}`}
            <a href="/alerts?view=channels"
              >${channels.length === 0 ? 'How to configure one' : 'Try them'}</a
            >
          </p>`,
      )
    : table(
        'Messages sent, newest first',
        ['State', 'Monitor', 'Told', 'Channel', 'When', 'Attempts'],
        items.map((item) => deliveryRow(item, nowMs)),
      );

const deliveryRow = (item: ListedDelivery, nowMs: number): Html => {
  const { about, nextAttemptMs, error } = item;
  const next =
    item.status === 'pending' && nextAttemptMs !== null
      ? html`<span class="remark"
          >next attempt ${nextAttemptMs <= nowMs ? 'now' : ago(nextAttemptMs, nowMs)}</span
        >`
      : null;
  return html`<tr>
    <td class="what">${badge(item.status)}</td>
    ${cell('', html`<a href="${monitorPath(item.monitorKey)}">${item.monitorKey}</a>`)}${cell(
      '',
      html`${about !== null && html`${wordFor(about.to)}: ${about.text}`}${error !== null && html`<span class="fault-line">${error}</span>`}${next}`,
      'grow',
    )}${cell('Channel', item.channel)}${cell('When', at(item.sentMs ?? item.createdMs))}${cell('Attempts', item.attempts, 'number')}
  </tr>`;
};

const received = (
  viewer: Viewer,
  items: readonly Alert[],
  sources: readonly AlertSource[],
  nowMs: number,
): Html =>
  html`${
    items.length === 0
      ? emptyState(
          'No alert came in yet',
          html`<p>
              Other tools can send their alerts here by OpShift's webhook; the same group counts as
              one alert with several occurrences.
            </p>
            ${sources.length === 0 ? html`<p>An admin creates a source for them through the API.</p>` : html`<p>Sources: ${sources.map((source) => html`<code>${source.key}</code> `)}</p>`}`,
        )
      : table(
          'Alerts received, last heard of first',
          ['State', 'Alert', 'Severity', 'Source', 'Last', ''],
          items.map(
            (alert) =>
              html`<tr>
                <td class="what">${badge(alert.status)}</td>
                ${cell(
                  'Alert',
                  html`<strong>${alert.title}</strong
                    >${alert.description !== null && html`<span class="remark">${alert.description.slice(0, 500)}</span>`}${
                      alert.metadata !== null &&
                      html`<details class="remark">
                        <summary>Metadata</summary>
                        <pre
                          tabindex="0"
                        ><code>${JSON.stringify(alert.metadata, null, 2).slice(0, 4000)}</code></pre>
                      </details>`
                    }`,
                  'grow',
                )}${cell('Severity', alert.severity)}${cell('Source', alert.sourceKey)}${cell(
                  'Last',
                  html`${ago(alert.lastMs, nowMs)}<span class="remark"
                      >${plural(alert.occurrenceCount, 'occurrence')}</span
                    >`,
                )}
                <td>
                  ${viewer.mayChange && alert.status === 'open' && actionForm(`/alerts/${encodeURIComponent(alert.id)}/resolve`, viewer.token, 'Resolve', 'button small')}
                </td>
              </tr>`,
          ),
        )
  }`;
