import { hash } from 'node:crypto';

/** Namespace of the run ids that are derived from what a runner knows of a job. Never changes: run ids would. */
const lubdubNamespace = '7e4b1d0c-3c52-5f0e-9d0a-6f2a8c1be774';

const bytesOf = (uuid: string): Buffer => Buffer.from(uuid.replaceAll('-', ''), 'hex');
const lubdubBytes = bytesOf(lubdubNamespace);
const variants = '89ab';

/** Holds what is hashed, for as long as that takes: an allocation per job would cost half as much again. */
const scratch = Buffer.alloc(1_024);
const mostInScratch = Math.floor((scratch.length - 16) / 3);

/** The UUID of version 5 (RFC 9562, section 5.5) of a name in a namespace: the same in every process. */
export const uuidV5 = (name: string, namespace?: string): string => {
  const prefix = namespace === undefined ? lubdubBytes : bytesOf(namespace);
  const input =
    name.length <= mostInScratch ? scratch : Buffer.allocUnsafe(16 + Buffer.byteLength(name));
  prefix.copy(input);
  const length = 16 + input.write(name, 16);
  const hex = hash('sha1', input.subarray(0, length), 'hex');
  const variant = variants.charAt(Number.parseInt(hex.charAt(16), 16) & 3);
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-5${hex.slice(13, 16)}-${variant}${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
};
