import { randomUUID } from 'node:crypto';

import type { Clock } from '../clock.ts';
import type { Channel } from './channel.ts';

/** What the server knows about its channels. */
export interface ChannelContext {
  /** Ways to tell people, by name. */
  readonly channels: ReadonlyMap<string, Channel>;
  /** Where people reach this monitor, without a slash at its end; `null` while that is not known. */
  readonly publicUrl: string | null;
  readonly clock: Clock;
}

/** A channel as it is listed: no address, no secret. */
export interface ListedChannel {
  readonly name: string;
  readonly kind: Channel['kind'];
  readonly target: string;
}

/** Every channel, by name. */
export const listChannels = ({ channels }: ChannelContext): readonly ListedChannel[] =>
  [...channels].map(([name, { kind, target }]) => ({ name, kind, target }));

/** What came of a test; `error` is what the channel answered, without its address. */
export type TestResult =
  | { readonly status: 'sent' }
  | { readonly status: 'failed'; readonly error: string }
  | { readonly status: 'unknown-channel' };

/** Sends one message to a channel, once; it is no alert and appears in no list of them. */
export const testChannel = async (context: ChannelContext, name: string): Promise<TestResult> => {
  const channel = context.channels.get(name);
  if (channel === undefined) return { status: 'unknown-channel' };
  const { publicUrl, clock } = context;
  const link = publicUrl === null ? null : `${publicUrl}/alerts?view=channels`;
  try {
    await channel.send({ type: 'test', id: randomUUID(), sentMs: clock.wallMs(), link });
    return { status: 'sent' };
  } catch (error) {
    return { status: 'failed', error: error instanceof Error ? error.message : String(error) };
  }
};
