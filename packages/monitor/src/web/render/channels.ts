import type { ListedChannel } from '../../channels/test-channel.ts';
import type { ListedDelivery } from '../../store/alert-store.ts';
import type { Viewer } from '../session/viewer.ts';
import { at } from './format.ts';
import type { Html } from './html.ts';
import { html } from './html.ts';
import { actionForm, cell, emptyState, table } from './parts.ts';
import { badge } from './states.ts';

/** A channel and the last message to it, as far as that is among the latest of all. */
export interface ChannelRow extends ListedChannel {
  readonly last: ListedDelivery | null;
}

/** What a test of a channel came to; `error` is `null` when it was taken. */
export interface ChannelTest {
  readonly name: string;
  readonly error: string | null;
}

const kinds: Readonly<Record<ListedChannel['kind'], string>> = {
  webhook: 'Webhook',
  slack: 'Chat',
  email: 'E-mail',
};

/** The channels that there are, each to be tried. Where they lead is shown without what is secret in it. */
export const renderChannels = (
  viewer: Viewer,
  channels: readonly ChannelRow[],
  test: ChannelTest | null,
): Html =>
  html`${test !== null && outcome(test)}${
    channels.length === 0
      ? emptyState(
          'No channel is configured yet',
          html`<p>
              A channel is a webhook, a chat or an e-mail address that is told when a monitor starts
              to fail and when it has recovered. Channels stand in the configuration file, because
              their addresses are secrets:
            </p>
            <pre tabindex="0"><code>${example}</code></pre>
            <p>
              Start the monitor with <code>--config monitors.yaml</code>, or hand the option
              <code>channels</code> to <code>startMonitor</code>.
            </p>`,
        )
      : table(
          'Alert channels',
          ['Channel', 'Kind', 'Leads to', 'Last message', ''],
          channels.map((channel) => row(viewer, channel)),
        )
  }`;

const example = `channels:
  ops: { kind: webhook, url: 'https://hooks.example.org/lubdub', secret: '\${HOOK_SECRET}' }
  chat: { kind: slack, url: '\${SLACK_WEBHOOK_URL}' }
  mail: { kind: email, smtpUrl: '\${SMTP_URL}', from: monitor@example.org, to: [ops@example.org] }`;

const outcome = ({ name, error }: ChannelTest): Html =>
  error === null
    ? html`<p class="banner good" role="status">
        The test alert to <strong>${name}</strong> was taken. Look whether it arrived.
      </p>`
    : html`<p class="banner bad" role="alert">
        The test alert to <strong>${name}</strong> was not taken: ${error}
      </p>`;

const row = (viewer: Viewer, { name, kind, target, last }: ChannelRow): Html =>
  html`<tr>
    <th scope="row"><strong>${name}</strong></th>
    ${cell('Kind', kinds[kind])}${cell('Leads to', target, 'grow')}${cell(
      'Last message',
      last === null
        ? html`<span class="none">none lately</span>`
        : html`${badge(last.status)}
          ${at(last.sentMs ?? last.createdMs)}${last.error !== null && html`<span class="fault-line">${last.error}</span>`}`,
    )}
    <td>
      ${viewer.mayChange && actionForm(`/alerts/channels/${encodeURIComponent(name)}/test`, viewer.token, 'Send a test alert', 'button small')}
    </td>
  </tr>`;
