import { defineConfig } from 'tsdown';
import manifest from './package.json' with { type: 'json' };
import { entries } from '../../scripts/entries.mjs';

export default defineConfig({
  entry: entries(manifest),
  format: ['esm', 'cjs'],
  platform: 'node',
  target: 'node20',
  dts: { oxc: true },
  clean: true,
  fixedExtension: false,
});
