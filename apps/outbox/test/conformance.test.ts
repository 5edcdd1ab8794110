/** The simulation's storage and alarm do what workerd's do: `conformance.ts` on both; here on workerd's. */
import { runInDurableObject } from 'cloudflare:test';
import { expect, test } from 'vitest';
import { conform } from '../simulation/conformance.ts';
import { stubOf } from './shards.ts';

test('workerd does what the simulation takes for granted', async () => {
  const seen = await runInDurableObject(stubOf(0), ({ shard: { ports } }) => conform(ports));
  await expect(JSON.stringify(seen, undefined, 1)).toMatchFileSnapshot('conformance.txt');
});
