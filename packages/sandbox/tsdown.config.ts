import { defineConfig, type Rolldown } from 'tsdown';

/** Modules that are data: their maps would repeat all of it, and nobody steps through them. */
const withoutMap: Rolldown.Plugin = {
  name: 'without-map',
  transform: { filter: { id: /[\\/]generated[\\/]/ }, handler: (code) => ({ code, map: { mappings: '' } }) },
};

export default defineConfig({
  entry: ['src/index.ts', 'src/client.ts', 'src/d1.ts', 'src/node-sqlite.ts', 'src/variants.ts'],
  platform: 'neutral',
  target: 'es2022',
  tsconfig: 'tsconfig.node.json',
  dts: { sourcemap: true },
  sourcemap: true,
  outputOptions: { sourcemapExcludeSources: true }, // src is published
  plugins: [withoutMap],
  deps: { neverBundle: ['node:sqlite'] },
  unbundle: true, // dist has the files of src, so that a stack trace and a bundle report name them
});
