import { defineConfig } from 'tsdown';

export default defineConfig({
  entry: ['src/client.ts', 'src/gateway.ts', 'src/webhooks.ts'],
  platform: 'neutral',
  target: 'es2022',
  dts: true,
});
