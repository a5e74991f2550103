module.exports = {
  testEnvironment: 'node',
  // its own bound of 5 seconds would hold for a machine with nothing else to do
  testTimeout: 120_000,
  testRegex: String.raw`\.spec\.ts$`,
  transform: {
    // the tests that are shared with Nest 12 were written against vitest's types: run, not checked
    'shared/.+\\.spec\\.ts$': ['ts-jest', { diagnostics: false, tsconfig: 'tsconfig.shared.json' }],
    '^.+\\.ts$': 'ts-jest',
  },
};
