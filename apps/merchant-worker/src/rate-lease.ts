/** One shard of the bound on requests to AlipayHK. Durable: a restart forgets neither slots nor requests in flight. */
import { DurableObject } from 'cloudflare:workers';
import type { Env } from './env.ts';
import { type Merchant, readEnvironment } from './environment.ts';
import type { Counts } from './metrics.ts';
import { fullRate, give, type Limits, type Rate, type Slot, take } from './rate.ts';

/** Leave to send one request, or when to ask again. */
export type Permit = { lease: string; slot?: undefined } | { lease?: undefined; slot: Slot };

/** Milliseconds by which a lease outlives the client's timeout. */
const leaseMargin = 5_000;

/** The shard that a pass belongs to. */
export function rateLeaseOf(env: Env, passId: string, shards: number): DurableObjectStub<RateLease> {
  let hash = 0x811c9dc5; // FNV-1a
  for (const byte of new TextEncoder().encode(passId)) hash = Math.imul(hash ^ byte, 0x01000193) >>> 0;
  return shardOf(env, hash % shards);
}

/** A shard by its number. */
export function shardOf(env: Env, shard: number): DurableObjectStub<RateLease> {
  return env.RATE_LEASE.getByName(`shard-${shard}`);
}

export class RateLease extends DurableObject<Env> {
  /** @param slot - as this shard gave it, when it is due */
  async take(slot?: Slot): Promise<Permit> {
    const limits = limitsOf(await readEnvironment(this.env));
    const now = Date.now();
    const lease = crypto.randomUUID();
    const taken = take(this.#rate(limits, now), { lease, slot, limits, now });
    this.ctx.storage.kv.put('rate', taken.rate);
    return taken.slot ? { slot: taken.slot } : { lease };
  }

  /** @param counts - what to add to this shard's counters */
  async give(lease: string, congested: boolean, counts: Counts): Promise<void> {
    const limits = limitsOf(await readEnvironment(this.env));
    const now = Date.now();
    this.ctx.storage.kv.put('rate', give(this.#rate(limits, now), { lease, congested, limits, now }));
    this.ctx.storage.kv.put('counts', sum(this.counts(), counts));
  }

  /** What was counted since this shard exists. */
  counts(): Counts {
    return this.ctx.storage.kv.get<Counts>('counts') ?? {};
  }

  /** Requests per second that this shard lets pass at present, and how many are in flight. */
  async state(): Promise<{ perSecond: number; inFlight: number }> {
    const now = Date.now();
    const { perSecond, leases } = this.#rate(limitsOf(await readEnvironment(this.env)), now);
    return { perSecond, inFlight: Object.values(leases).filter((end) => end > now).length };
  }

  #rate(limits: Limits, now: number): Rate {
    return this.ctx.storage.kv.get<Rate>('rate') ?? fullRate(limits, now);
  }
}

function limitsOf({ rate, timeout }: Merchant): Limits {
  return {
    perSecond: rate.perSecond / rate.shards,
    inFlight: Math.floor(rate.inFlight / rate.shards),
    leaseTime: timeout + leaseMargin,
  };
}

function sum(one: Counts, other: Counts): Counts {
  const names = new Set([...Object.keys(one), ...Object.keys(other)]) as Set<keyof Counts>;
  return Object.fromEntries([...names].map((name) => [name, (one[name] ?? 0) + (other[name] ?? 0)]));
}
