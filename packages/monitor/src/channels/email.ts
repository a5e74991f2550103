import { createTransport } from 'nodemailer';

import type { Channel, EmailOptions, Notification } from './channel.ts';
import { headline, PermanentFailure } from './channel.ts';

/** A channel that sends plain text by SMTP. The message id follows from the flip, so that a repetition is recognised. */
export const emailChannel = ({ smtpUrl, from, to }: EmailOptions): Channel => {
  const transport = createTransport(smtpUrl, { from });
  return {
    kind: 'email',
    target: [to].flat().join(', '),
    send: async (notification) => {
      const { id, link } = notification;
      const text = [
        headline(notification),
        ...details(notification),
        ...(link === null ? [] : ['', link]),
      ].join('\n');
      try {
        await transport.sendMail({
          to: typeof to === 'string' ? to : [...to],
          // a line break would begin another header
          subject: headline(notification).replaceAll(/\s+/g, ' ').slice(0, 200),
          text,
          messageId: `<${id}@lubdub>`,
        });
      } catch (error) {
        const { responseCode, code } = error as { responseCode?: number; code?: string };
        const message = `mail server: ${responseCode ?? code ?? 'failed'}`;
        if (responseCode !== undefined && responseCode >= 500) {
          throw new PermanentFailure(message, { cause: error });
        }
        throw new Error(message, { cause: error });
      }
    },
  };
};

const details = (notification: Notification): readonly string[] => {
  if (notification.type === 'test') return ['', 'Somebody asked for it on the alerts page.'];
  const { atMs, from, cause } = notification.flip;
  return ['', `Since:  ${new Date(atMs).toISOString()}`, `Before: ${from}`, `Cause:  ${cause}`];
};
