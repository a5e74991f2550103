import type { LookupFunction } from 'node:net';
import { describe, expect, it } from 'vitest';
import { plainProvider } from '../../test/support/engine.ts';
import { checkDestinations } from './destinations.ts';
import { guardedLookup } from './guarded-lookup.ts';
import { parseIpv4, parseIpv6 } from './parse-address.ts';
import { addressRefusal, destinationRefusal, holdsControlCharacters } from './policy.ts';

const destination = { protocol: 'https:', host: 'monitor.example', allowPrivateNetwork: false };

describe('a destination', () => {
  it('is refused with a protocol that pings cannot take', () => {
    expect(destinationRefusal({ ...destination, protocol: 'ftp:' })?.message).toContain(
      '"ftp:" is no protocol that pings can take',
    );
  });

  it('is refused when what a look-up gave is no address at all', () => {
    expect(addressRefusal('not-an-address', destination)?.code).toBe('ERR_LUBDUB_ADDRESS_REFUSED');
  });

  it.each([
    ['no URL', 'monitor.example'],
    ['a URL with credentials in it', 'https://user:word@monitor.example'],
    ['a URL with credentials in it', 'https://user@monitor.example'],
    ['a URL with credentials in it', 'https://:word@monitor.example'],
  ])('of a provider of one’s own is refused as %s', (got, origin) => {
    const act = (): void => checkDestinations([plainProvider({}, { origins: [origin] })], false);
    expect(act).toThrow(`Option "plain.baseUrl" got ${got};`);
    expect(act).not.toThrow('word@');
  });
});

describe('an address', () => {
  it('is read as URL parsers read it, and not where there is none', () => {
    expect(parseIpv4('0x7f.0x.0.1')).toEqual([127, 0, 0, 1]);
    expect(parseIpv6('127.0.0.1')).toBeUndefined();
  });
});

describe('a request', () => {
  it.each([
    ['https://a.example/\r\nHost: b', {}, true],
    ['https://a.example/', { 'x-name': 'one\ntwo' }, true],
    ['https://a.example/', { 'x-name\r\nx-other': 'one' }, true],
    ['https://a.example/', { 'x-name': 'one' }, false],
  ])('to %j with the headers %j breaks out of its lines: %s', (url, headers, expected) => {
    expect(holdsControlCharacters(url, headers as Readonly<Record<string, string>>)).toBe(expected);
  });
});

describe('a look-up', () => {
  type Found = readonly [error: Error | null, address: unknown, family?: number];

  const lookUp = (resolve: LookupFunction, all: boolean): Found => {
    let told: Found | undefined;
    guardedLookup(destination, resolve)('monitor.example', { all }, (...found) => {
      told = found as Found;
    });
    return told as Found;
  };
  const answering =
    (found: string | { address: string; family: number }[], family?: number): LookupFunction =>
    (_host, _options, callback) =>
      callback(null, found, family);

  it('gives what a resolver found that knows only one address', () => {
    expect(lookUp(answering('203.0.114.7', 4), false)).toEqual([null, '203.0.114.7', 4]);
    expect(lookUp(answering('203.0.114.7'), true)).toEqual([
      null,
      [{ address: '203.0.114.7', family: 0 }],
    ]);
  });

  it('refuses the one address of such a resolver as it would another', () => {
    expect(lookUp(answering('10.0.0.1', 4), false)[0]).toMatchObject({
      code: 'ERR_LUBDUB_ADDRESS_REFUSED',
    });
  });

  it('of a name without any address fails as one of an unknown name does', () => {
    expect(lookUp(answering([]), true)[0]).toMatchObject({ code: 'ENOTFOUND' });
  });
});
