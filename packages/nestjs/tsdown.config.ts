import { defineConfig } from 'tsdown';
import manifest from './package.json' with { type: 'json' };
import { entries } from '../../scripts/entries.mjs';

export default defineConfig({
  entry: entries(manifest),
  format: ['esm', 'cjs'],
  platform: 'node',
  target: 'node20',
  // oxc drops the doc comments of decorated classes from the declarations; the TypeScript API keeps them
  dts: { oxc: false },
  clean: true,
  fixedExtension: false,
});
