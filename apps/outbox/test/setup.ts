/** A delivery that outlives its file would go to the network and keep workerd from ending: nothing is left to do. */
import { runInDurableObject } from 'cloudflare:test';
import { afterAll, vi } from 'vitest';
import { shards, stubOf } from './shards.ts';

afterAll(async () => {
  for (let shard = 0; shard < shards + 2; shard += 1) {
    await vi.waitFor(
      () =>
        runInDurableObject(stubOf(shard), async (object, { storage }) => {
          for (const table of ['passes', 'members', 'alerts']) storage.sql.exec(`DELETE FROM ${table}`);
          await storage.deleteAlarm();
          const live = [...object.shard.passes.flights.values()].filter(({ isOver }) => !isOver);
          if (live.length > 0) throw new Error(`${live.length} requests are in flight`);
        }),
      { timeout: 25_000, interval: 100 },
    );
  }
}, 60_000);
