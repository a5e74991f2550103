import type { Flip } from '../model.ts';

/** What a channel is told: one flip, once; or nothing but that it works. */
export type Notification = FlipNotification | TestNotification;

/** One flip. */
export interface FlipNotification {
  readonly type: 'flip';
  /** The same in every attempt; a receiver that has seen it can drop a repetition. */
  readonly id: string;
  readonly flip: Flip;
  /** The monitor's name. */
  readonly monitorName: string;
  /** Address of the monitor's page, when the public address of this server is known. */
  readonly link: string | null;
}

/** What somebody asked for, to see whether messages arrive. */
export interface TestNotification {
  readonly type: 'test';
  readonly id: string;
  readonly sentMs: number;
  /** Address of the list of channels, when the public address of this server is known. */
  readonly link: string | null;
}

/** A way to tell people. One file each; sending is one attempt with a timeout, retries are the alerter's. */
export interface Channel {
  readonly kind: ChannelOptions['kind'];
  /** Where messages go, for people who may see the board: a host or mail addresses, never a whole address, which may be a secret. */
  readonly target: string;
  /** @throws Error when the message was not taken; `permanent` when trying again cannot help. */
  send(notification: Notification): Promise<void>;
}

/** A refusal that another attempt would meet again. */
export class PermanentFailure extends Error {}

/** A webhook that gets signed JSON. */
export interface WebhookOptions {
  readonly kind: 'webhook';
  readonly url: string;
  /** Signs the body: `X-Lubdub-Signature` is its HMAC-SHA256 in hexadecimal. */
  readonly secret?: string;
}

/** A Slack-compatible incoming webhook (Slack, Mattermost, Rocket.Chat, Discord with `/slack`). */
export interface SlackOptions {
  readonly kind: 'slack';
  readonly url: string;
}

/** E-mail by SMTP. */
export interface EmailOptions {
  readonly kind: 'email';
  /** For example `smtps://user:password@mail.example.org`. */
  readonly smtpUrl: string;
  readonly from: string;
  readonly to: string | readonly string[];
}

/** How a channel is written in the configuration. */
export type ChannelOptions = WebhookOptions | SlackOptions | EmailOptions;

const oneLine = (text: string): string => text.replaceAll(/\s+/g, ' ').trim();

/** One line for people: what happened to which monitor. */
export const headline = (notification: Notification): string => {
  if (notification.type === 'test') return 'Test alert from lubdub: this channel works';
  const { flip, monitorName } = notification;
  const name = oneLine(monitorName);
  return isFailing(notification)
    ? `${name} is ${flip.to}: ${oneLine(flip.text)}`
    : `${name} is ${flip.to}`;
};

/** Whether a message tells of something bad. */
export const isFailing = (notification: Notification): boolean =>
  notification.type === 'flip' &&
  (notification.flip.to === 'down' || notification.flip.to === 'stuck');
