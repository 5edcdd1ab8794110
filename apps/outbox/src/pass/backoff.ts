/** How long a pass waits after an outcome that is unknown. */
import type { Outcome } from './outcome.ts';

/** Least pauses in milliseconds. */
export interface Pauses {
  /** The first one; the ceiling doubles with each attempt from there. */
  backoff: number;
  /** After a request that got no reply: it may still be in work, and the next one must not overtake it. */
  unanswered: number;
}

/** The longest pause that a Retry-After gets, in milliseconds: nobody vouches for that header. */
const longestRetryAfter = 3_600_000;
/** The ceiling for the first attempts, so that a pass is sent within a minute after an outage has ended. */
const steady = 60_000;
/** After so many attempts, two hours, a pass fails alone, and its ceiling doubles again up to an hour. */
const attemptsAtSteady = 120;
const longest = 3_600_000;

/**
 * Milliseconds from now: `hold`, in which nothing may be sent, and `due`, when the next attempt is due unless something
 * shows earlier that AlipayHK answers again.
 *
 * @param attempt - how many attempts in a row were unknown, this one included
 * @param random - from 0 to 1
 */
export function backoff(
  attempt: number,
  outcome: Outcome,
  pauses: Pauses,
  random: number,
): { hold: number; due: number } {
  const late = Math.max(0, attempt - attemptsAtSteady);
  const early = Math.min(steady, pauses.backoff * 2 ** Math.min(attempt, 30));
  const ceiling = late > 0 ? Math.min(longest, steady * 2 ** Math.min(late, 10)) : early;
  const isSafe = outcome.congested || outcome.refused; // AlipayHK has not taken it in
  const hold = Math.max(isSafe ? 0 : pauses.unanswered, Math.min(longestRetryAfter, outcome.retryAfter ?? 0));
  const soft = pauses.backoff + random * Math.max(0, ceiling - pauses.backoff);
  return { hold: Math.round(hold), due: Math.round(Math.max(hold, soft)) };
}
