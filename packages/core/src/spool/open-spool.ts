import { createHash, randomBytes } from 'node:crypto';
import { homedir, tmpdir } from 'node:os';
import { isAbsolute, join, resolve } from 'node:path';
import type { Clock } from '../clock.ts';
import type { Redactor } from '../ping/redact.ts';
import type { Provider } from '../providers/provider.ts';
import type { SpoolDisk } from './disk.ts';
import { createNodeDisk } from './node-disk.ts';
import { ProviderSpool } from './provider-spool.ts';

/** What opening a spool needs. */
export interface OpenSpoolParts {
  readonly provider: Provider;
  /** Tells apart providers of one client that have the same name and address. */
  readonly index: number;
  /** The folder that the user named; undefined: a private one of ours. */
  readonly directory: string | undefined;
  readonly maxBytes: number;
  readonly flushMs: number;
  readonly clock: Clock;
  readonly redactor: Redactor;
  readonly warn: (message: string) => void;
}

const digest = (text: string): string =>
  createHash('sha256').update(text).digest('hex').slice(0, 32);

/** The folder for state that is nobody else's: the system's place for it, else one of the user under the temporary folder. */
export const stateFolder = (
  environment: Readonly<Record<string, string | undefined>> = process.env,
  platform: string = process.platform,
): string => {
  const named = environment['XDG_STATE_HOME'];
  if (named !== undefined && isAbsolute(named)) return join(named, 'lubdub');
  const local = environment['LOCALAPPDATA'];
  if (platform === 'win32' && local !== undefined) return join(local, 'lubdub');
  const home = environment['HOME'] ?? (platform === 'win32' ? homedir() : '');
  if (home === '' || !isAbsolute(home) || home === '/')
    return join(tmpdir(), `lubdub-${process.getuid?.() ?? 'user'}`);
  return platform === 'darwin'
    ? join(home, 'Library', 'Application Support', 'lubdub')
    : join(home, '.local', 'state', 'lubdub');
};

/** The name of a provider's folder: the same at every start with the same service, and no secret in it. */
const folderOf = (provider: Provider, index: number, ofKey: boolean): string => {
  const secrets = ofKey ? JSON.stringify(provider.secrets ?? {}) : '';
  const identity = JSON.stringify([provider.name, provider.origins, index, secrets]);
  return `${provider.name.replaceAll(/[^a-z0-9-]/gu, '-')}-${digest(identity).slice(0, 12)}`;
};

/** Opens the spool of a provider, on Node's file system by default. */
export const openSpool = (
  parts: OpenSpoolParts,
  disk: SpoolDisk = createNodeDisk(),
): ProviderSpool => {
  const { provider, index, directory, ...rest } = parts;
  const root = directory === undefined ? stateFolder() : resolve(directory);
  return new ProviderSpool({
    ...rest,
    provider,
    root,
    directory: join(root, folderOf(provider, index, directory === undefined)),
    disk,
    digest,
    newId: () => randomBytes(16).toString('hex'),
  });
};
