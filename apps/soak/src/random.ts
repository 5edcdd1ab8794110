/** Chance that can be had again: the same seed brings the same draws. */
import { createHash } from 'node:crypto';

/** A source of numbers from 0 to 1. */
export type Random = () => number;

/**
 * A source of its own for each purpose, so that more draws for one thing change nothing for the others.
 *
 * @param purpose - a word
 */
export function randomOf(seed: string, purpose: string): Random {
  let state = createHash('sha256').update(`${seed}.${purpose}`).digest().readUInt32LE();
  // Mulberry32: 32 bits of state are plenty for drawing a plan.
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** A whole number from 0 to `below` less one. */
export function pick(random: Random, below: number): number {
  return Math.floor(random() * below);
}
