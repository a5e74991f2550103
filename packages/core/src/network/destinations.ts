import { invalidOption, LubdubError } from '../errors.ts';
import type { Provider } from '../providers/provider.ts';
import { destinationRefusal } from './policy.ts';

const checkOrigin = (provider: Provider, origin: string, allowPrivateNetwork: boolean): void => {
  if (!URL.canParse(origin))
    throw invalidOption(
      `${provider.name}.baseUrl`,
      'no URL',
      'a URL such as "https://example.com"',
    );
  const { protocol, hostname, username, password } = new URL(origin);
  if (username !== '' || password !== '')
    throw invalidOption(
      `${provider.name}.baseUrl`,
      'a URL with credentials in it',
      'a URL without them; give the secret by the option of its name',
    );
  const refusal = destinationRefusal({ protocol, host: hostname, allowPrivateNetwork });
  if (refusal === undefined) return;
  const [reason = ''] = refusal.message.split(' [');
  throw new LubdubError('ERR_LUBDUB_ADDRESS_REFUSED', `${provider.name}: ${reason}`, {
    option: 'allowPrivateNetwork',
  });
};

/**
 * Checks the roots that providers send to, before the first request.
 *
 * @throws LubdubError `ERR_LUBDUB_ADDRESS_REFUSED` for plain HTTP to another machine or for an address that is not open,
 * `ERR_LUBDUB_INVALID_OPTION` for credentials in a URL.
 */
export const checkDestinations = (
  providers: readonly Provider[],
  allowPrivateNetwork: boolean,
): void => {
  for (const provider of providers)
    for (const origin of provider.origins)
      checkOrigin(provider, origin, allowPrivateNetwork || provider.allowPrivateNetwork === true);
};
