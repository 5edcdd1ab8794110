import { defineConfig } from 'tsdown';

export default defineConfig({
  entry: { 'alipayhk-pass': 'src/main.ts' },
  platform: 'node',
  target: 'node20.18',
  dts: false,
  fixedExtension: false,
  banner: '#!/usr/bin/env node',
});
