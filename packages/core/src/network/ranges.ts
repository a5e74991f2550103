import { type AddressBytes, parseAddress } from './parse-address.ts';

/**
 * What kind of address it is. Only `public` may be reached without being asked for; `loopback` when the host is written as a
 * local one; `private` by option; the others never: nobody runs a monitoring service there, but clouds hand out credentials.
 */
export type AddressKind =
  | 'public'
  | 'loopback'
  | 'private'
  | 'link-local'
  | 'metadata'
  | 'multicast'
  | 'reserved';

/** One range: an address that it begins with, how many bits of it count, and its kind. */
export interface AddressRange {
  readonly address: string;
  readonly bits: number;
  readonly kind: AddressKind;
}

const table = (text: string): AddressRange[] =>
  text
    .trim()
    .split('\n')
    .map((line) => {
      const [range = '', kind] = line.trim().split(/\s+/u);
      const [address = '', bits] = range.split('/');
      return { address, bits: Number(bits), kind: kind as AddressKind };
    });

/** IANA's special-purpose registry of IPv4 (RFC 6890 and its updates), multicast, and what clouds keep for themselves. */
const ipv4 = table(`
  0.0.0.0/8           reserved
  10.0.0.0/8          private
  100.64.0.0/10       private
  100.100.100.200/32  metadata
  127.0.0.0/8         loopback
  168.63.129.16/32    metadata
  169.254.0.0/16      link-local
  169.254.0.23/32     metadata
  169.254.10.10/32    metadata
  169.254.169.0/24    metadata
  169.254.170.0/24    metadata
  172.16.0.0/12       private
  192.0.0.0/24        reserved
  192.0.0.192/32      metadata
  192.0.2.0/24        reserved
  192.31.196.0/24     reserved
  192.52.193.0/24     reserved
  192.88.99.0/24      reserved
  192.168.0.0/16      private
  192.175.48.0/24     reserved
  198.18.0.0/15       reserved
  198.51.100.0/24     reserved
  203.0.113.0/24      reserved
  224.0.0.0/4         multicast
  240.0.0.0/4         reserved
`);

/** The same of IPv6; outside 2000::/3 nothing is assigned to anybody in public. */
const ipv6 = table(`
  ::/0                reserved
  2000::/3            public
  ::1/128             loopback
  ::ffff:0:0/96       public
  64:ff9b::/96        public
  2002::/16           public
  2001::/23           reserved
  2001:db8::/32       reserved
  2620:4f:8000::/48   reserved
  3fff::/20           reserved
  fc00::/7            private
  fec0::/10           private
  fd00:ec2::/32       metadata
  fd00:42::42/128     metadata
  fd20:ce::254/128    metadata
  fe80::/10           link-local
  ff00::/8            multicast
`);

const hex = (bytes: AddressBytes): string =>
  Array.from({ length: 8 }, (_, index) =>
    (((bytes[index * 2] as number) << 8) | (bytes[index * 2 + 1] as number)).toString(16),
  ).join(':');

const zeros = (count: number): number[] => Array<number>(count).fill(0);

/** IPv4 inside of IPv6: mapped, behind NAT64 (RFC 6052), in 6to4 (RFC 3056). Only mapped loopback is this machine. */
const carried = ({ address, bits, kind }: AddressRange): readonly AddressRange[] => {
  const inner = parseAddress(address) as AddressBytes;
  const elsewhere = kind === 'loopback' ? 'reserved' : kind;
  return [
    { address: hex([...zeros(10), 255, 255, ...inner]), bits: 96 + bits, kind },
    {
      address: hex([0, 0x64, 0xff, 0x9b, ...zeros(8), ...inner]),
      bits: 96 + bits,
      kind: elsewhere,
    },
    { address: hex([0x20, 0x02, ...inner, ...zeros(10)]), bits: 16 + bits, kind: elsewhere },
  ];
};

/** Every range, the narrowest first: the first that holds an address says its kind. IPv4 outside of all is public. */
export const addressRanges: readonly AddressRange[] = [
  ...ipv4,
  ...ipv6,
  ...ipv4.flatMap(carried),
].toSorted((left, right) => right.bits - left.bits);
