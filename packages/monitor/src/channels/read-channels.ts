import { invalidOption } from '../errors.ts';
import type { Channel, ChannelOptions } from './channel.ts';
import { emailChannel } from './email.ts';
import { slackChannel } from './slack.ts';
import { webhookChannel } from './webhook.ts';

const fields: Readonly<Record<ChannelOptions['kind'], readonly string[]>> = {
  webhook: ['kind', 'url', 'secret'],
  slack: ['kind', 'url'],
  email: ['kind', 'smtpUrl', 'from', 'to'],
};

/**
 * Makes channels from their configuration.
 * @throws MonitorError that names the channel and the field; never the address, which may be a secret.
 */
export const readChannels = (
  options: Readonly<Record<string, ChannelOptions>>,
): ReadonlyMap<string, Channel> =>
  new Map(Object.entries(options).map(([name, channel]) => [name, readChannel(name, channel)]));

const readChannel = (name: string, options: ChannelOptions): Channel => {
  const option = `channels.${name}`;
  const known = fields[options.kind] as readonly string[] | undefined;
  if (known === undefined) {
    throw invalidOption(`${option}.kind`, options.kind, Object.keys(fields).join(', '));
  }
  for (const field of Object.keys(options)) {
    if (!known.includes(field))
      throw invalidOption(`${option}.${field}`, 'a value', known.join(', '));
  }
  if (options.kind === 'email') {
    requireText(`${option}.from`, options.from);
    for (const to of [options.to].flat()) requireText(`${option}.to`, to);
    requireUrl(`${option}.smtpUrl`, options.smtpUrl, ['smtp:', 'smtps:']);
    return emailChannel(options);
  }
  requireUrl(`${option}.url`, options.url, ['http:', 'https:']);
  return options.kind === 'slack' ? slackChannel(options) : webhookChannel(options);
};

const requireText = (option: string, value: unknown): void => {
  if (typeof value !== 'string' || value === '') throw invalidOption(option, 'nothing', 'a text');
};

const requireUrl = (option: string, value: unknown, protocols: readonly string[]): void => {
  const protocol = typeof value === 'string' && URL.canParse(value) ? new URL(value).protocol : '';
  if (!protocols.includes(protocol)) {
    throw invalidOption(option, 'something else', `an address with ${protocols.join(' or ')}`);
  }
};
