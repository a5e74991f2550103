import type { Channel, SlackOptions } from './channel.ts';
import { headline, isFailing } from './channel.ts';
import { postBody } from './post-body.ts';

/** Slack's own escapes: without them a job's message could mention a whole channel. */
const escapeText = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

/** A channel that posts a line of text to a Slack-compatible webhook. */
export const slackChannel = ({ url }: SlackOptions): Channel => ({
  kind: 'slack',
  target: new URL(url).host,
  send: async (notification) => {
    const line = `${isFailing(notification) ? ':red_circle:' : ':large_green_circle:'} ${escapeText(headline(notification))}`;
    const text = notification.link === null ? line : `${line} <${notification.link}|show>`;
    await postBody(url, JSON.stringify({ text }), { 'idempotency-key': notification.id });
  },
});
