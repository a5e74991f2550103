// The tests that judge a mutant: only fast ones, in this process, for they run once for each of some thousand mutants.
import { defineConfig } from 'vitest/config';
import base from './vitest.config.ts';

export default defineConfig({
  resolve: base.resolve,
  ssr: base.ssr,
  test: {
    root: './packages/core',
    include: [
      'src/{delivery,http,client,run}/**/*.test.ts',
      'test/{request-tracker,server-heartbeat}.test.ts',
    ],
  },
});
