import { defineConfig } from 'tsdown';

export default defineConfig({
  entry: 'src/index.ts',
  platform: 'neutral',
  target: 'es2022',
  // Not by tsc: it would write the declarations of what is built in from message-security beside those sources.
  dts: { generator: 'oxc' },
});
