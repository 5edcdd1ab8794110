/** One shard of the bound on requests to AlipayHK. Durable: a restart forgets neither slots nor requests in flight. */
import { DurableObject } from 'cloudflare:workers';
import type { Env } from './env.ts';
import { type Merchant, readEnvironment } from './environment.ts';
import type { Counts } from './metrics.ts';
import { fullRate, give, type Limits, type Rate, type Slot, take } from './rate.ts';

/** Leave to send one request, or when to ask again. */
export type Permit = { lease: string; slot?: undefined } | { lease?: undefined; slot: Slot };

/** What a shard stores: one record, for each write is paid for. */
interface Shard {
  rate: Rate;
  counts: Counts;
}

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
    const { rate, counts } = this.#load(limits, now);
    const taken = take(rate, { lease, slot, limits, now });
    this.#save({ rate: taken.rate, counts });
    return taken.slot ? { slot: taken.slot } : { lease };
  }

  /** @param counts - what to add to this shard's counters */
  async give(lease: string, congested: boolean, counts: Counts): Promise<void> {
    const limits = limitsOf(await readEnvironment(this.env));
    const now = Date.now();
    const shard = this.#load(limits, now);
    this.#save({ rate: give(shard.rate, { lease, congested, limits, now }), counts: sum(shard.counts, counts) });
  }

  /** @param counts - what to add to this shard's counters */
  async count(counts: Counts): Promise<void> {
    const shard = this.#load(limitsOf(await readEnvironment(this.env)), Date.now());
    this.#save({ ...shard, counts: sum(shard.counts, counts) });
  }

  /** Requests per second that this shard lets pass at present, how many are in flight, and what it has counted so far. */
  async state(): Promise<{ perSecond: number; inFlight: number; counts: Counts }> {
    const limits = limitsOf(await readEnvironment(this.env));
    const now = Date.now();
    const { rate, counts } = this.#load(limits, now);
    const inFlight = Object.values(rate.leases).filter((end) => end > now).length;
    return { perSecond: rate.perSecond, inFlight, counts };
  }

  #load(limits: Limits, now: number): Shard {
    return this.ctx.storage.kv.get<Shard>('shard') ?? { rate: fullRate(limits, now), counts: {} };
  }

  #save(shard: Shard): void {
    this.ctx.storage.kv.put('shard', shard);
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
