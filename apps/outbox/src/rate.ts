/**
 * A bound on requests per second and in flight: a line in which each asker has a place, and a lease while its request is
 * in flight. A place is a number, not a time, so a rate that has recovered helps those who wait already. Functions from
 * state to state; `rate-lease.ts` stores what they return.
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
  /** When `perSecond` and `reached` were worked out. */
  since: number;
  /** When the rate was lowered last. */
  loweredAt: number;
  /** The last place in the line that someone has. */
  last: number;
  /** The place whose turn it is: rises as fast as requests may pass, and so slower while the rate is low. */
  reached: number;
  /** When each lease ends. */
  leases: Record<string, number>;
  /** How long leases were held of late, in milliseconds. */
  held: number;
}

/** A place in the line, and when to ask again with it. */
export interface Slot {
  at: number;
  /** Absent where the shard could not be asked. */
  place?: number | undefined;
}

/** Seconds after which a rate that was lowered is the full one again. */
const recovery = 120;
/** The most by which the rate is lowered. */
const floor = 1 / 64;
/** The weight of the lease that ended last in `held`. */
const newest = 0.1;
/** Seconds after its turn for which a place holds: what may pass at once when askers come late. */
const grace = 5;
/** Longest time until someone asks again, in seconds: nobody is told when the limits are raised. */
const longest = 600;
/** Places that differ by less are the same: sums of fractions are not exact. */
const tolerance = 1e-6;

/** A shard that lets everything pass that it may; leases are taken to be held as long as both bounds allow alike. */
export function fullRate({ perSecond, inFlight }: Limits, now: number): Rate {
  const held = (1000 * inFlight) / perSecond; // not the first request's: that one may have been a cold start
  return { perSecond, since: now, loweredAt: 0, last: 0, reached: 1, leases: {}, held };
}

/**
 * Asks for a request: its lease begins, or the asker gets a place in the line and asks again later. Whoever finds too many
 * in flight gets the last place. The line moves no faster than both bounds allow: by Little's law no more than
 * `inFlight / held` requests end in a millisecond, and whoever asks sooner asks in vain, at the cost of those in flight.
 */
export function take(
  before: Rate,
  { lease, slot, limits, now }: { lease: string; slot?: Slot | undefined; limits: Limits; now: number },
): { rate: Rate; slot?: Slot } {
  const rate = advance(before, limits, now);
  const leases = Object.fromEntries(Object.entries(rate.leases).filter(([, end]) => end > now));
  const place = placeOf(slot, rate) ?? Math.max(rate.last + 1, rate.reached);
  const last = Math.max(rate.last, place);
  const at = (of: number): number => now + 1000 * secondsUntil(of - rate.reached, rate, limits);
  if (place > rate.reached + tolerance) return { rate: { ...rate, leases, last }, slot: { at: at(place), place } };
  if (Object.keys(leases).length < limits.inFlight) {
    return { rate: { ...rate, last, leases: { ...leases, [lease]: now + limits.leaseTime } } };
  }
  const later = Math.max(last, rate.reached) + 1;
  return { rate: { ...rate, leases, last: later }, slot: { at: at(later), place: later } };
}

/** Ends a lease. `congested` halves the rate, once a second at most: answers of requests in flight come together. */
export function give(
  before: Rate,
  { lease, congested, limits, now }: { lease: string; congested: boolean; limits: Limits; now: number },
): Rate {
  const { [lease]: end, ...leases } = before.leases;
  // One that ended before it was given back counts in full.
  const time = end === undefined ? limits.leaseTime : limits.leaseTime - (end - now);
  const held = before.held + (time - before.held) * newest;
  const rate = { ...advance(before, limits, now), leases, held };
  if (!congested || now - rate.loweredAt < 1000) return rate;
  const perSecond = Math.max(limits.perSecond * floor, rate.perSecond / 2);
  // Who comes next waits, although nobody is in the line.
  return { ...rate, perSecond, loweredAt: now, last: Math.max(rate.last, rate.reached) };
}

/** The place of a slot, if it still holds. */
function placeOf(slot: Slot | undefined, { reached, last, perSecond }: Rate): number | undefined {
  if (slot?.place === undefined || slot.place > last) return undefined;
  return reached - slot.place < grace * perSecond ? slot.place : undefined;
}

/** The line moves on, and the rate rises evenly from the last halving on. */
function advance(rate: Rate, limits: Limits, now: number): Rate {
  const seconds = Math.max(0, now - rate.since) / 1000;
  const perSecond = Math.min(limits.perSecond, rate.perSecond);
  const { slope, toFull } = recoveryOf(perSecond, limits);
  const rising = Math.min(seconds, toFull);
  const passed = perSecond * rising + (slope * rising ** 2) / 2 + (seconds - rising) * limits.perSecond;
  const ended = (seconds * 1000 * limits.inFlight) / rate.held;
  return {
    ...rate,
    perSecond: seconds < toFull ? perSecond + seconds * slope : limits.perSecond,
    reached: rate.reached + Math.min(passed, ended),
    since: now,
  };
}

/** Seconds until the line has moved on by so many places, unless the rate is lowered again. */
function secondsUntil(places: number, { perSecond, held }: Rate, limits: Limits): number {
  const { slope, toFull } = recoveryOf(perSecond, limits);
  const beforeFull = ((perSecond + limits.perSecond) / 2) * toFull;
  const atRate =
    places < beforeFull
      ? (Math.sqrt(perSecond ** 2 + 2 * slope * places) - perSecond) / slope
      : toFull + (places - beforeFull) / limits.perSecond;
  const atEnds = (places * held) / limits.inFlight / 1000;
  // Answers may be quick again at any time: who is put off by slow ones comes while the place still holds.
  return Math.min(longest, Math.max(atRate, Math.min(atEnds, grace)));
}

/** By how much the rate rises in a second, and the seconds until it is the full one. */
function recoveryOf(perSecond: number, limits: Limits): { slope: number; toFull: number } {
  const slope = limits.perSecond / recovery;
  return { slope, toFull: (limits.perSecond - perSecond) / slope };
}
