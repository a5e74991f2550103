// What judges a mutant: fast tests, in one worker that goes on living, for they run once for each of some thousand mutants.
import { defineConfig } from 'vitest/config';
import base from './vitest.config.ts';

export default defineConfig({
  resolve: base.resolve,
  ssr: base.ssr,
  test: {
    root: './packages/core',
    include: ['test/fixtures/judges.ts'],
    isolate: false,
    fileParallelism: false,
  },
});
