import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { defineConfig } from 'vitest/config';

const packages = readdirSync(new URL('packages/', import.meta.url)).filter((name) =>
  existsSync(new URL(`packages/${name}/package.json`, import.meta.url)),
);

const setup = new URL('scripts/property-seed.ts', import.meta.url).pathname;
const hasProperties = (name: string) =>
  readFileSync(new URL(`packages/${name}/package.json`, import.meta.url), 'utf8').includes(
    '"fast-check"',
  );

const project = (name: string) => ({
  extends: true as const,
  test: {
    name,
    root: `./packages/${name}`,
    include: ['src/**/*.test.ts', 'test/**/*.test.ts'],
    setupFiles: hasProperties(name) ? [setup] : [],
    typecheck: {
      enabled: true,
      include: ['src/**/*.test-d.ts', 'test/**/*.test-d.ts'],
      tsconfig: './tsconfig.json',
    },
  },
});

// the source condition makes every workspace package resolve to its src: no build before the tests
const conditions = ['@lubdub/source', 'module', 'node', 'development|production'];

export default defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions } },
  test: {
    projects: packages.map(project),
    passWithNoTests: true,
    globalSetup: new URL('scripts/test-state.ts', import.meta.url).pathname,
    // A bound for what hangs, not a judgement of speed: a busy machine may take its time.
    testTimeout: 120_000,
    hookTimeout: 120_000,
    teardownTimeout: 120_000,
    coverage: {
      provider: 'v8',
      include: ['packages/*/src/**/*.ts'],
      exclude: ['**/*.test.ts', '**/*.bench.ts', '**/*.test-d.ts'],
      reporter: ['text-summary', 'json-summary'],
    },
  },
});
