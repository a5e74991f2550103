import type { ApiContext } from '../api/access.ts';
import type { Attempts } from './session/attempts.ts';
import type { Seal } from './session/seal.ts';

/** What the pages work with. */
export interface PageContext extends ApiContext {
  readonly seal: Seal;
  readonly attempts: Attempts;
}

/** Name of the setting that holds the secret of {@link Seal}. */
export const sealSetting = 'web.session-secret';
/** Name of the setting that holds the grace of new monitors, in milliseconds. */
export const graceSetting = 'web.default-grace-ms';
