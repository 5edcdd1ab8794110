/**
 * The bound of one shard on requests per second and in flight. `acquire` before a request, `release` after it. Functions
 * from state to state, without a clock.
 */

/** What one shard may let pass. */
export interface Bound {
  perSecond: number;
  inFlight: number;
}

/** Times in milliseconds since the epoch. */
export interface Rate {
  /** Requests per second when `at` was. */
  perSecond: number;
  /** Requests that may go at once. */
  tokens: number;
  at: number;
  /** When the rate was halved last. */
  loweredAt: number;
}

/** Seconds after which a rate that was halved is the full one again. */
const recovery = 120;
/** The lowest rate, as a part of the full one. */
const floor = 1 / 64;
/** The most that may go at once after a pause: a quarter of a second's worth, and one. */
const burst = 0.25;

export function fullRate({ perSecond }: Bound, now: number): Rate {
  return { perSecond, tokens: 1, at: now, loweredAt: 0 };
}

/**
 * Asks for one request.
 *
 * @param inFlight - how many there are
 * @returns the rate after it, and 0; or the milliseconds to wait. With too many in flight that is Infinity: a release
 *   ends it.
 */
export function acquire(before: Rate, bound: Bound, inFlight: number, now: number): { rate: Rate; wait: number } {
  const rate = advance(before, bound, now);
  if (inFlight >= bound.inFlight) return { rate, wait: Number.POSITIVE_INFINITY };
  if (rate.tokens >= 1) return { rate: { ...rate, tokens: rate.tokens - 1 }, wait: 0 };
  return { rate, wait: Math.max(1, Math.ceil(((1 - rate.tokens) / rate.perSecond) * 1000)) };
}

/** Ends one request. A complaint about traffic halves the rate, once a second at most: replies come together. */
export function release(before: Rate, bound: Bound, congested: boolean, now: number): Rate {
  const rate = advance(before, bound, now);
  if (!congested || (now >= rate.loweredAt && now - rate.loweredAt < 1000)) return rate;
  return { ...rate, perSecond: Math.max(bound.perSecond * floor, rate.perSecond / 2), tokens: 0, loweredAt: now };
}

/** The most requests that may go at once. */
export function burstOf({ perSecond, inFlight }: Bound): number {
  return Math.min(inFlight, Math.max(1, perSecond * burst) + 1);
}

function advance(rate: Rate, bound: Bound, now: number): Rate {
  const seconds = Math.max(0, now - rate.at) / 1000;
  const perSecond = Math.min(bound.perSecond, rate.perSecond + (seconds * bound.perSecond) / recovery);
  const most = Math.max(1, bound.perSecond * burst);
  const tokens = Math.min(most, rate.tokens + ((rate.perSecond + perSecond) / 2) * seconds);
  return { ...rate, perSecond, tokens, at: now };
}
