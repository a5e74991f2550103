import { createHmac } from 'node:crypto';

import type { Channel, Notification, WebhookOptions } from './channel.ts';
import { postBody } from './post-body.ts';

/**
 * A channel that posts `{ id, type: "flip", monitor, flip, link }` as JSON, signed when it has a secret; a test is
 * `{ id, type: "test", sentMs, link }`.
 */
export const webhookChannel = ({ url, secret }: WebhookOptions): Channel => ({
  kind: 'webhook',
  target: new URL(url).host,
  send: async (notification) => {
    const { id } = notification;
    const body = JSON.stringify(describe(notification));
    const signature =
      secret === undefined
        ? {}
        : { 'x-lubdub-signature': createHmac('sha256', secret).update(body).digest('hex') };
    await postBody(url, body, { 'idempotency-key': id, ...signature });
  },
});

const describe = (notification: Notification): unknown => {
  if (notification.type === 'test') return notification;
  const { id, type, flip, monitorName, link } = notification;
  const { monitorId, monitorKey, ...change } = flip;
  const monitor = { id: monitorId, key: monitorKey, name: monitorName };
  return { id, type, monitor, flip: change, link };
};
