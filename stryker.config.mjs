// Mutation tests of the parts of core in which a wrong branch costs a ping: delivery and http. `pnpm mutate` starts it.
import { readdirSync } from 'node:fs';

export default {
  plugins: ['@stryker-mutator/vitest-runner'],
  testRunner: 'vitest',
  vitest: { configFile: 'vitest.mutation.config.ts', related: false },
  mutate: [
    'packages/core/src/{delivery,http}/**/*.ts',
    '!**/*.{test,bench}.ts',
    '!packages/core/src/http/index.ts',
  ],
  // the copy that is mutated is core and what its tests are configured by
  ignorePatterns: [
    ...['bench', 'docs', 'examples', 'integration', 'scripts', 'coverage', '.runtimes', 'dist'],
    ...readdirSync('packages').filter((name) => name !== 'core'),
  ],
  coverageAnalysis: 'perTest',
  ignoreStatic: true,
  concurrency: 1,
  timeoutMS: 5_000,
  timeoutFactor: 2,
  reporters: ['json'],
  jsonReporter: { fileName: 'coverage/mutation/report.json' },
  tempDirName: '.lubdub/mutation',
  allowConsoleColors: false,
};
