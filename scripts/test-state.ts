import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/**
 * The default folder of spools is one that goes with the tests: what a test leaves there is for the next process that talks to the same
 * address, and a port comes again.
 */
export default (): (() => void) => {
  const folder = mkdtempSync(join(tmpdir(), 'lubdub-state-'));
  process.env['XDG_STATE_HOME'] = folder;
  return () => rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
};
