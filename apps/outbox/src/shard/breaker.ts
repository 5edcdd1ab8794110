/**
 * The breaker of one shard: when AlipayHK does not answer, one request at a time finds out when it does again, so that
 * what waits does not back off pass by pass. Functions from state to state, without a clock.
 */
import type { Outcome } from '../pass/outcome.ts';

/** Times in milliseconds since the epoch. */
export interface Breaker {
  /** Passes whose last request had an unknown outcome, since the last one that got a reply. */
  streak: string[];
  isOpen: boolean;
  /** Why it opened: the client's error code or the result code. */
  reason?: string | undefined;
  /** When the next probe may go. */
  probeAt: number;
  /** The pause after the next probe, in milliseconds. */
  pause: number;
  /** When it closed, or someone asked for a retry: what was tried before need not wait for its own backoff. */
  wokenAt: number;
}

/** Unknown outcomes in a row, each of another pass, that open it. */
const threshold = 5;
const firstPause = 1_000;
const longestPause = 30_000;

export const closedBreaker: Breaker = { streak: [], isOpen: false, probeAt: 0, pause: firstPause, wokenAt: 0 };

/** Takes the outcome of a request in. Only S, or an F about the pass, closes it. */
export function note(breaker: Breaker, passId: string, outcome: Outcome, now: number): Breaker {
  if (outcome.unsent) return breaker;
  if (outcome.kind !== 'unknown') {
    if (!breaker.isOpen && breaker.streak.length === 0) return breaker;
    return { ...closedBreaker, wokenAt: breaker.isOpen ? now : breaker.wokenAt };
  }
  // AlipayHK answers; the rate limiter deals with complaints about traffic.
  if (outcome.congested) return breaker;
  if (breaker.isOpen) {
    if (now < breaker.probeAt) return breaker; // of a request that was in flight when it opened
    const pause = Math.min(longestPause, breaker.pause * 2);
    return { ...breaker, pause, probeAt: now + breaker.pause };
  }
  const streak = breaker.streak.includes(passId) ? breaker.streak : [...breaker.streak, passId];
  if (streak.length < threshold && !outcome.account)
    return streak === breaker.streak ? breaker : { ...breaker, streak };
  const reason = outcome.resultCode ?? outcome.code;
  return { ...breaker, streak: [], isOpen: true, reason, probeAt: now + firstPause, pause: firstPause * 2 };
}

/** Wakes what waits for its own backoff, and probes at once. */
export function wake(breaker: Breaker, now: number): Breaker {
  return { ...breaker, wokenAt: now, probeAt: Math.min(breaker.probeAt, now) };
}

/**
 * Milliseconds until the breaker lets a request go; 0 for at once, Infinity for not before one in flight has ended.
 *
 * @param inFlight - how many there are
 */
export function pauseOf({ isOpen, probeAt }: Breaker, inFlight: number, now: number): number {
  if (!isOpen) return 0;
  if (inFlight > 0) return Number.POSITIVE_INFINITY;
  // A clock that was set back does not lengthen the pause.
  return Math.min(longestPause, Math.max(0, probeAt - now));
}
