/**
 * A bound on requests per second and in flight: slots at even distances, each given to one asker, and a lease while its
 * request is in flight. Functions from state to state; `rate-lease.ts` stores what they return.
 */

/** What one shard may let pass. */
export interface Limits {
  perSecond: number;
  inFlight: number;
  /** How long a lease holds that is not given back, in milliseconds. */
  leaseTime: number;
}

/** A shard's state; times in milliseconds since the epoch. */
export interface Rate {
  /** Requests per second at present. */
  perSecond: number;
  /** When `perSecond` was worked out. */
  since: number;
  /** When it was lowered last. */
  loweredAt: number;
  /** The next slot that nobody has. */
  next: number;
  /** Rises when the rate is lowered: slots of an earlier epoch were too close together. */
  epoch: number;
  /** When each lease ends. */
  leases: Record<string, number>;
  /** How long leases were held of late, in milliseconds. */
  held: number;
}

/** A time at which its holder may ask again and finds a place in the rate. */
export interface Slot {
  at: number;
  epoch: number;
}

/** Seconds after which a rate that was lowered is the full one again. */
const recovery = 120;
/** The most by which the rate is lowered. */
const floor = 1 / 64;
/** The weight of the lease that ended last in `held`. */
const newest = 0.1;
/** Milliseconds after its time for which a slot holds: what may pass at once when askers come late. */
const grace = 5_000;

/** A shard that lets everything pass that it may. */
export function fullRate({ perSecond }: Limits, now: number): Rate {
  return { perSecond, since: now, loweredAt: 0, next: now, epoch: 0, leases: {}, held: 0 };
}

/**
 * Asks for a request: its lease begins, or the asker gets a slot and asks again then. Whoever finds too many in flight
 * gets the slot after the last one. Slots are as far apart as both bounds ask for: by Little's law no more than
 * `inFlight / held` requests end in a millisecond, and whoever asks sooner asks in vain, at the cost of those in flight.
 */
export function take(
  before: Rate,
  { lease, slot, limits, now }: { lease: string; slot?: Slot | undefined; limits: Limits; now: number },
): { rate: Rate; slot?: Slot } {
  const rate = recover(before, limits, now);
  const leases = Object.fromEntries(Object.entries(rate.leases).filter(([, end]) => end > now));
  const isValid = slot !== undefined && slot.epoch === rate.epoch && now < slot.at + grace;
  const distance = Math.max(1000 / rate.perSecond, rate.held / limits.inFlight);
  const at = isValid ? slot.at : Math.max(now, rate.next);
  const next = isValid ? rate.next : at + distance;
  if (at > now) return { rate: { ...rate, leases, next }, slot: { at, epoch: rate.epoch } };
  if (Object.keys(leases).length < limits.inFlight) {
    return { rate: { ...rate, next, leases: { ...leases, [lease]: now + limits.leaseTime } } };
  }
  const later = Math.max(now + distance, next);
  return { rate: { ...rate, leases, next: later + distance }, slot: { at: later, epoch: rate.epoch } };
}

/** Ends a lease. `congested` halves the rate, once a second at most: answers of requests in flight come together. */
export function give(
  before: Rate,
  { lease, congested, limits, now }: { lease: string; congested: boolean; limits: Limits; now: number },
): Rate {
  const { [lease]: end, ...leases } = before.leases;
  // One that ended before it was given back counts in full.
  const time = end === undefined ? limits.leaseTime : limits.leaseTime - (end - now);
  const held = before.held === 0 ? time : before.held + (time - before.held) * newest;
  const rate = { ...recover(before, limits, now), leases, held };
  if (!congested || now - rate.loweredAt < 1000) return rate;
  const perSecond = Math.max(limits.perSecond * floor, rate.perSecond / 2);
  return { ...rate, perSecond, loweredAt: now, epoch: rate.epoch + 1, next: now + 1000 / perSecond };
}

/** The rate rises evenly, from the last halving on. */
function recover(rate: Rate, limits: Limits, now: number): Rate {
  const seconds = Math.max(0, now - rate.since) / 1000;
  const perSecond = Math.min(limits.perSecond, rate.perSecond + (seconds * limits.perSecond) / recovery);
  return { ...rate, perSecond, since: now };
}
