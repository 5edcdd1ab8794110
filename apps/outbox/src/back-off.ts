/** How long to wait after an outcome that is unknown: exponential with full jitter, and no shorter than was asked for. */
import type { Outcome } from './outcome.ts';

/** The longest pause, one hour; also the most that a Retry-After is given: nobody vouches for that header. */
const longest = 3_600_000;
/** What only a person can mend is tried once a minute at most. */
const slowest = 60_000;

/** Least pauses in milliseconds. */
export interface Pauses {
  /** The first; the ceiling doubles with each attempt from there. */
  backOff: number;
  /** Unless AlipayHK only asked for fewer requests: one may still be in work there, and the next must not overtake it. */
  unanswered: number;
}

/**
 * Milliseconds until the next attempt.
 *
 * @param attempt - how many attempts in a row were unknown, this one included
 * @param random - from 0 to 1
 */
export function backOff(attempt: number, outcome: Outcome, pauses: Pauses, random: number): number {
  const ceiling = Math.min(longest, pauses.backOff * 2 ** Math.min(attempt, 30));
  const delay = pauses.backOff + random * Math.max(0, ceiling - pauses.backOff);
  return Math.round(
    Math.min(
      longest,
      Math.max(delay, outcome.retryAfter ?? 0, outcome.congested ? 0 : pauses.unanswered, outcome.slow ? slowest : 0),
    ),
  );
}
