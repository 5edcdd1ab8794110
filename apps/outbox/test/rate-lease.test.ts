// The bound on requests as it is deployed: shards that are durable, and mailboxes that ask them.
import { abortAllDurableObjects, runInDurableObject } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { beforeEach, expect, test, vi } from 'vitest';
import { type RateLease, rateLeaseOf, shardOf } from '../src/rate-lease.ts';
import { put, view } from './caller.ts';
import { answerWith, gateway } from './gateway.ts';

beforeEach(() => void vi.spyOn(console, 'log').mockReturnValue());

/** Gives one shard other limits than those of wrangler.jsonc. */
const limit = (shard: DurableObjectStub<RateLease>, limits: object) =>
  runInDurableObject(shard, (instance) => {
    Object.assign(instance, { env: { ...env, ...limits } });
  });

test('passes spread evenly over the shards, and each keeps to its own', () => {
  const counts = new Map<string, number>();
  for (let n = 0; n < 10_000; n += 1) {
    const { id } = rateLeaseOf(env, `20240522${String(n).padStart(14, '0')}`, 4);
    counts.set(id.toString(), (counts.get(id.toString()) ?? 0) + 1);
  }
  expect(counts.size).toBe(4);
  for (const count of counts.values()) expect(Math.abs(count - 2_500)).toBeLessThan(250);
  expect(rateLeaseOf(env, 'P1', 4).id.equals(rateLeaseOf(env, 'P1', 4).id)).toBe(true);
});

test('a shard forgets neither slots nor leases when it is restarted', async () => {
  const shard = () => shardOf(env, 77); // a stub does not outlive its object
  const limits = { RATE_PER_SECOND: '1', IN_FLIGHT: '2', RATE_SHARDS: '2' };
  await limit(shard(), limits);
  const { lease } = await shard().take();
  expect(lease).toEqual(expect.any(String));
  const second = (await shard().take()).slot;
  await abortAllDurableObjects();
  await limit(shard(), limits);
  expect((await shard().take()).slot?.at).toBeCloseTo((second?.at ?? 0) + 2_000, 3);
  expect(await shard().state()).toEqual({ perSecond: 0.5, inFlight: 1, counts: {} });
});

test('across passes: no more than the rate, no more in flight, and every one is delivered', async () => {
  const shards = [shardOf(env, 0), shardOf(env, 1)];
  for (const shard of shards) {
    await limit(shard, { RATE_PER_SECOND: '40', IN_FLIGHT: '4' });
    await runInDurableObject(shard, (_, { storage }) => void storage.kv.delete('shard'));
  }
  const arrivals: number[] = [];
  let [inFlight, most] = [0, 0];
  const genuine = await gateway();
  answerWith(async (request) => {
    arrivals.push(Date.now());
    inFlight += 1;
    most = Math.max(most, inFlight);
    await scheduler.wait(60);
    inFlight -= 1;
    return genuine(request);
  });
  const passIds = Array.from({ length: 60 }, (_, n) => `across-${n}`);
  await Promise.all(passIds.map((passId) => put(passId)));
  await vi.waitFor(
    async () => {
      for (const passId of passIds) expect(await view(passId)).toMatchObject({ state: 'delivered' });
    },
    { timeout: 25_000, interval: 200 },
  );
  expect(arrivals).toHaveLength(60);
  const first = arrivals[0] ?? 0;
  arrivals.forEach((at, n) => {
    expect(n + 1).toBeLessThanOrEqual(2 + ((at - first + 2) / 1_000) * 40); // two shards, each to its millisecond
  });
  expect(most).toBeLessThanOrEqual(4);
});

test('a shard lowers its rate when AlipayHK asks for it, and says so', async () => {
  const passId = 'congested';
  const shard = rateLeaseOf(env, passId, 2);
  const before = await shard.state();
  answerWith(await gateway({ handler: () => ({ resultCode: 'REQUEST_TRAFFIC_EXCEED_LIMIT', resultStatus: 'U' }) }));
  await put(passId);
  await vi.waitFor(async () => expect((await view(passId)).state).toBe('retrying'), 10_000);
  await vi.waitFor(async () => expect((await shard.state()).perSecond).toBeLessThan(before.perSecond * 0.6), 5_000);
});
