import { defineConfig } from 'tsdown';
import manifest from './package.json' with { type: 'json' };
import { entries } from '../../scripts/entries.mjs';

export default defineConfig({
  entry: { ...entries(manifest), bin: 'src/bin.ts' },
  format: ['esm'],
  platform: 'node',
  target: 'node20',
  dts: { oxc: true },
  clean: true,
  copy: [{ from: 'src/web/assets', to: 'dist' }],
  fixedExtension: false,
});
