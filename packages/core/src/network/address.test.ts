import { BlockList, isIP, isIPv6 } from 'node:net';
import { describe, expect, it } from 'vitest';
import { classifyAddress, isLocalHost } from './address.ts';
import { addressRefusal, destinationRefusal } from './policy.ts';
import { addressRanges } from './ranges.ts';

/** Every spelling with the kind it must have; `name` is no address at all. */
const spellings = `
public      1.1.1.1 8.8.8.8 9.255.255.255 11.0.0.0 100.63.255.255 100.128.0.0 126.255.255.255 128.0.0.0 172.15.255.255 172.32.0.0
public      192.0.1.0 192.167.255.255 192.169.0.0 198.17.255.255 198.20.0.0 223.255.255.255 169.253.255.255 169.255.0.0 192.88.98.255
public      0x08080808 134744072 010.8.8.8 8.8.2056 8.526344 8.8.8.8. 0x8.0x8.8.010
loopback    127.0.0.1 127.1 127.0.1 127.255.255.255 2130706433 0x7f000001 0x7f.1 0177.1 0177.0.0.1 017700000001 0x7F.0x0.0x0.0x1 127.0.0.1. 0x7f.0.0.01
loopback    ::1 [::1] 0:0:0:0:0:0:0:1 0000:0000:0000:0000:0000:0000:0000:0001 ::0.0.0.1 ::1%lo ::ffff:127.0.0.1 ::ffff:7f00:1 ::FFFF:7F00:0001 [::ffff:127.9.9.9] 0:0:0:0:0:ffff:7f00:1
private     10.0.0.0 10.0.0.1 10.255.255.255 10.1 167772161 0x0a000001 0xa.1 012.0.0.1 012.1 10.0.257 10.66051
private     172.16.0.0 172.31.255.255 172.16.1 0xac100001 2886729729 0254.16.0.1 0xac.0x10.1
private     192.168.0.0 192.168.255.255 192.168.1 192.168.257 3232235777 0xc0a80101 0300.0250.1.1 0xC0.0xA8.0x101
private     100.64.0.0 100.127.255.255 1681915905 0x64400001 100.4194305
private     fc00:: fc00::1 fd00::1 fdff:ffff:ffff:ffff:ffff:ffff:ffff:ffff FD12:3456:789A:1::1 [fd00::1] fd00::1%eth0 fc00:0:0::10.0.0.1
private     fec0::1 feff::1
private     ::ffff:10.0.0.1 ::ffff:a00:1 ::ffff:192.168.1.1 ::ffff:c0a8:101 ::ffff:172.16.0.1 ::ffff:100.64.0.1 0:0:0:0:0:FFFF:10.1.2.3
private     64:ff9b::10.0.0.1 64:ff9b::a00:1 64:ff9b::192.168.0.1 64:ff9b:0:0:0:0:ac10:1
private     2002:a00:1:: 2002:0a00:0001::1 2002:c0a8:101::5 2002:ac10:1:1:2:3:4:5
metadata    169.254.169.254 169.254.43518 0xa9fea9fe 2852039166 0251.0376.0251.0376 0xa9.0xfe.0xa9.0xfe 025177524776 169.16689662 169.254.169.254.
metadata    169.254.170.2 169.254.170.23 169.254.169.123 169.254.169.253 169.254.0.23 169.254.10.10 100.100.100.200 0x646464c8 192.0.0.192 168.63.129.16
metadata    ::ffff:169.254.169.254 ::ffff:a9fe:a9fe [::ffff:a9fe:a9fe] 64:ff9b::a9fe:a9fe 64:ff9b::169.254.169.254 2002:a9fe:a9fe:: 2002:a9fe:a9fe::1
metadata    fd00:ec2::254 FD00:0EC2:0:0:0:0:0:254 fd00:ec2::23 fd00:42::42 fd20:ce::254 ::ffff:100.100.100.200 64:ff9b::6464:64c8
link-local  169.254.0.0 169.254.1.1 169.254.255.255 fe80::1 fe80::1%eth0 FE80::1%25en0 febf::1 [fe80::1%1] ::ffff:169.254.1.1
multicast   224.0.0.1 239.255.255.250 0xe0000001 ff02::1 ff00:: ffff:: ff02::1%eth0 ::ffff:224.0.0.1 64:ff9b::e000:1
reserved    0.0.0.0 0 0x0 00 0.0.0.1 0.255.255.255 192.0.0.0 192.0.0.8 192.0.0.170 192.0.0.255 192.0.2.1 192.31.196.1 192.52.193.1 192.88.99.1
reserved    192.175.48.1 198.18.0.0 198.18.0.1 198.19.255.255 198.51.100.1 203.0.113.255 240.0.0.1 255.255.255.255 4294967295 0xffffffff 037777777777
reserved    :: [::] 0:0:0:0:0:0:0:0 ::10.0.0.1 ::8.8.8.8 ::ffff:0:10.0.0.1 ::ffff:0:8.8.8.8 64:ff9b:1::1 64:ff9b:1::10.0.0.1 100::1 100:0:0:1::1
reserved    2001::1 2001:0:4136:e378:8000:63bf:3fff:fdd2 2001:2::1 2001:10::1 2001:20::1 2001:30::1 2001:1::1 2001:1ff:ffff::1 2001:db8::1 2001:DB8:0:0::1
reserved    2620:4f:8000::1 3fff::1 3fff:fff::1 5f00::1 4000::1 1::1 200::1 ::ffff:0.0.0.0 64:ff9b::127.0.0.1 2002:7f00:1:: 2002:c612:1::
public      2606:4700:4700::1111 2001:4860:4860::8888 2001:200::1 2a00::1 2003::1 3ffe::1 2620:4f:7fff::1 2001:db7::1 2001:db9::1
public      ::ffff:8.8.8.8 ::ffff:808:808 64:ff9b::8.8.8.8 64:ff9b::808:808 2002:808:808::1 2002:0808:0808:: [2a00:1450:4001::5]
name        localhost example.com fc00.example.com fcm.example.com fd.io fd00.io fdroid.org fe80.example.org ff02.net fec0.de fc fd
name        10.example.com 10.0.0.1.nip.io 127.0.0.1.example.com 169.254.169.254.example.com 192.168.example 172.16.0.1.sslip.io 0x7f.example 10.0.0 .1
name        10.0.0.256 256.1.1.1 1.2.3.4.5 1..2 127.0.0.1.. 0x7g.1 08.8.8.8 1e3 0b1 1_0 -1 +1 127.0.0.0x1g metadata.google.internal 10-0-0-1.example.com
name        ::1::2 1:2:3 1:2:3:4:5:6:7:8:9 :1 1: fe80:::1 ::ffff:256.1.1.1 ::1.2.3 ::g 12345::1 ::ffff:10.1 1:2:3:4:5:6:7::8:9
`;

const table = spellings
  .trim()
  .split('\n')
  .flatMap((line) => {
    const [kind = '', ...all] = line.trim().split(/ +/u);
    return all.map((spelling) => [spelling, kind] as const);
  })
  // Written apart by the space: three parts are a short address, and ".1" is nothing.
  .filter(([spelling]) => spelling !== '10.0.0' && spelling !== '.1');

describe('the kind of an address', () => {
  it('is tried with at least 150 spellings, each of them once', () => {
    expect(new Set(table.map(([spelling]) => spelling)).size).toBe(table.length);
    expect(table.length).toBeGreaterThanOrEqual(250);
  });

  it.each(table)('%s is %s', (spelling, kind) => {
    expect(classifyAddress(spelling) ?? 'name').toBe(kind);
  });

  it.each(table.filter(([, kind]) => kind !== 'name'))(
    '%s keeps its kind when a URL has normalised it',
    (spelling, kind) => {
      const bare = spelling.replace(/%.*?(?=\]|$)/u, '').replaceAll(/[[\]]/gu, '');
      const { hostname } = new URL(`http://${bare.includes(':') ? `[${bare}]` : bare}/`);
      expect(classifyAddress(hostname)).toBe(kind);
    },
  );

  it('is the same to the child that sends at exit, which has only node:net and the ranges', () => {
    const family = (address: string) => (isIPv6(address) ? 'ipv6' : 'ipv4');
    const lists = addressRanges.map(({ address, bits, kind }) => {
      const list = new BlockList();
      list.addSubnet(address, bits, family(address));
      return { list, kind };
    });
    const found = table.filter(([spelling]) => isIP(spelling) !== 0 && !spelling.includes('%'));
    expect(found.length).toBeGreaterThan(150);
    for (const [spelling, kind] of found) {
      const hit = lists.find(({ list }) => list.check(spelling, family(spelling)));
      expect([spelling, hit?.kind ?? 'public']).toEqual([spelling, kind]);
    }
  });
});

describe('a destination with every option open', () => {
  const open = ['public', 'loopback', 'private'];
  const addresses = table.filter(([, kind]) => kind !== 'name');

  it.each(addresses.filter(([, kind]) => !open.includes(kind)))(
    'is never %s (%s), looked up or written so, over HTTP or HTTPS',
    (address) => {
      for (const protocol of ['http:', 'https:']) {
        const named = { protocol, host: 'name.lan', allowPrivateNetwork: true };
        expect(addressRefusal(address, named)?.message).toContain('never connected to');
        expect(destinationRefusal({ ...named, host: address })?.code).toBe(
          'ERR_LUBDUB_ADDRESS_REFUSED',
        );
      }
    },
  );

  it('may be any other, private ones over HTTP as well', () => {
    for (const [address, kind] of addresses.filter((one) => open.includes(one[1]))) {
      const named = { host: 'name.lan', allowPrivateNetwork: true };
      expect(addressRefusal(address, { ...named, protocol: 'https:' })).toBeUndefined();
      const refusal = addressRefusal(address, { ...named, protocol: 'http:' });
      expect([address, refusal === undefined]).toEqual([address, kind !== 'public']);
    }
  });
});

describe('the service of a compose file', () => {
  const url = { protocol: 'http:', host: 'monitor' };

  it('is refused with the name of the option that opens it', () => {
    expect(destinationRefusal({ ...url, allowPrivateNetwork: false })?.message).toMatch(
      /Plain HTTP to "monitor" is not allowed; .* set allowPrivateNetwork: true .*own network/u,
    );
  });

  it('is reached with that option, on the address that its network gives it', () => {
    const destination = { ...url, allowPrivateNetwork: true };
    expect(destinationRefusal(destination)).toBeUndefined();
    expect(addressRefusal('172.18.0.3', destination)).toBeUndefined();
  });
});

describe('a local host', () => {
  it.each(['localhost', 'LOCALHOST', 'localhost.', 'api.localhost', '127.0.0.1', '[::1]', '127.1'])(
    'is %s',
    (host) => expect(isLocalHost(host)).toBe(true),
  );

  it.each([
    'localhost.example.com',
    'notlocalhost',
    'localhost.localdomain',
    '0.0.0.0',
    '10.0.0.1',
  ])('is not %s', (host) => expect(isLocalHost(host)).toBe(false));
});
