import { defineConfig } from 'tsdown';

export default defineConfig({
  entry: ['src/index.ts', 'src/gateway.ts', 'src/webhooks.ts'],
  platform: 'neutral',
  target: 'es2022',
  dts: { sourcemap: true },
  sourcemap: true,
  outputOptions: { sourcemapExcludeSources: true }, // src is published
  unbundle: true, // dist has the files of src, so that a stack trace and a bundle report name them
});
