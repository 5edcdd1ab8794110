import { defineConfig } from 'tsdown';

export default defineConfig({
  entry: ['src/index.ts', 'src/client.ts', 'src/d1.ts', 'src/node-sqlite.ts', 'src/variants.ts'],
  platform: 'neutral',
  target: 'es2022',
  tsconfig: 'tsconfig.node.json',
  dts: true,
  deps: { neverBundle: ['node:sqlite'] },
  unbundle: true, // dist has the files of src, so that a stack trace and a bundle report name them
});
