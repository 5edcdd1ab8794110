import { expect, test, vi } from 'vitest';
import { put, send, view } from './caller.ts';
import { recordingGateway } from './gateway.ts';

test('smoke', async () => {
  const applied = await recordingGateway();
  console.log(await put('P1'));
  await vi.waitFor(async () => expect(await view('P1')).toMatchObject({ state: 'delivered' }), { timeout: 5000 });
  console.log(JSON.stringify(await view('P1')), applied);
  console.log((await send('GET', '/metrics')).body);
});
