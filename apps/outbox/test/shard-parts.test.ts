/** The breaker, the rate limiter and the route of a shard: functions without a clock. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Outcome, outcomeOfError } from '../src/pass/outcome.ts';
import { type Breaker, closedBreaker, note, pauseOf, wake } from '../src/shard/breaker.ts';
import { acquire, burstOf, fullRate, type Rate, release } from '../src/shard/rate-limiter.ts';
import { routeOf, shardOf } from '../src/shard/route.ts';
import { Stamps } from '../src/shard/stamps.ts';

/** Values of a shard that outlive its objects. */
function storedMeta() {
  const stored = new Map<string, unknown>();
  return {
    writes: 0,
    get: <Value>(name: string) => stored.get(name) as Value | undefined,
    set(name: string, value: unknown) {
      this.writes += 1;
      stored.set(name, structuredClone(value));
    },
  };
}

test('stamps rise whatever the clock does, from one object to the next, and are stored now and then only', () => {
  const meta = storedMeta();
  const clock = [5_000, 5_000, 4_000, 6_000, 2_000, 14_000, 30_000, 26_000, 26_001];
  let last = 0;
  for (const [index, now] of clock.entries()) {
    const before = new Stamps(meta); // as an object that knows only what was stored
    for (const stamps of [before, before]) {
      const stamp = stamps.next(now + index);
      expect(stamp).toBeGreaterThan(last);
      last = stamp;
    }
  }
  meta.writes = 0;
  const stamps = new Stamps(meta);
  for (let now = 100_000; now < 200_000; now += 10) stamps.next(now);
  expect(meta.writes).toBeLessThan(12);
});

test('the stamp of a time that has passed is between those before and after it, although objects end in between', () => {
  // How long each object lives, how long none does then, and how far apart the changes are, in milliseconds.
  const lives = fc.array(
    fc.record({ life: fc.nat(30_000), pause: fc.nat(60_000), step: fc.integer({ min: 50, max: 9_000 }) }),
    {
      minLength: 1,
      maxLength: 12,
    },
  );
  fc.assert(
    fc.property(lives, fc.double({ min: 0, max: 1, noNaN: true }), (objects, share) => {
      const meta = storedMeta();
      const changes: { time: number; stamp: number }[] = [];
      let now = 1_000_000;
      for (const { life, pause, step } of objects) {
        const stamps = new Stamps(meta);
        for (const end = now + life; now <= end; now += step) changes.push({ time: now, stamp: stamps.next(now) });
        now += pause;
      }
      // A batch that began in between, and reaches the shard in its next object.
      const began = 1_000_000 + share * (now - 1_000_000);
      const stamp = new Stamps(meta).at(began);
      for (const { time, stamp: other } of changes) {
        if (time < began) expect(other).toBeLessThanOrEqual(stamp);
        if (time > began) expect(other).toBeGreaterThanOrEqual(stamp);
      }
      const later = new Stamps(meta).next(now);
      expect(later).toBeGreaterThan(stamp);
    }),
    { numRuns: 500 },
  );
});

const unknown: Outcome = { kind: 'unknown', code: 'ResponseMissing' };
const delivered: Outcome = { kind: 'delivered' };
const failing = (passes: string[], from: Breaker = closedBreaker) =>
  passes.reduce((breaker, passId, index) => note(breaker, passId, unknown, 1_000 + index), from);

describe('the breaker', () => {
  test('opens after five unknown outcomes of different passes in a row', () => {
    expect(failing(['a', 'b', 'c', 'd']).isOpen).toBe(false);
    expect(failing(['a', 'b', 'c', 'd', 'e'])).toMatchObject({ isOpen: true, reason: 'ResponseMissing' });
  });

  test('is not opened by one pass that fails alone, however often', () => {
    expect(failing(Array(100).fill('a')).isOpen).toBe(false);
  });

  test('forgets a streak once a request gets a reply', () => {
    const breaker = note(failing(['a', 'b', 'c', 'd']), 'x', delivered, 2_000);
    expect(failing(['e'], breaker).isOpen).toBe(false);
  });

  test.each<[what: string, outcome: Outcome]>([
    ['F about the account', { kind: 'unknown', resultCode: 'INVALID_SIGNATURE', account: true, refused: true }],
    ['an unsigned F about the account', { kind: 'unknown', resultCode: 'KEY_NOT_FOUND', account: true }],
    ['a reply that was refused for its time', { kind: 'unknown', code: 'TimeNotAccepted', account: true }],
  ])('%s opens it at once', (_, outcome) => {
    expect(note(closedBreaker, 'a', outcome, 1_000).isOpen).toBe(true);
  });

  test('probes with one request at growing pauses of at most 30 seconds', () => {
    let breaker = failing(['a', 'b', 'c', 'd', 'e']);
    const pauses: number[] = [];
    for (let now = breaker.probeAt; pauses.length < 8; now = breaker.probeAt) {
      breaker = note(breaker, `p${now}`, unknown, now);
      pauses.push(breaker.probeAt - now);
    }
    expect(pauses).toEqual([2_000, 4_000, 8_000, 16_000, 30_000, 30_000, 30_000, 30_000]);
    expect(pauseOf(breaker, 0, breaker.probeAt)).toBe(0);
    expect(pauseOf(breaker, 1, breaker.probeAt)).toBe(Number.POSITIVE_INFINITY);
  });

  test.each<[what: string, outcome: Outcome, isOpen: boolean]>([
    ['S', delivered, false],
    ['F about the pass', { kind: 'refused', resultCode: 'PASS_HAS_NOT_EXIST' }, false],
    ['U', unknown, true],
    ['a reply that does not verify', { kind: 'unknown', code: 'SignatureVerificationFailed', alert: true }, true],
    ['an update that was never sent', { kind: 'refused', code: 'RequestInvalid', unsent: true }, true],
  ])('after %s it is open: %o', (_, outcome, isOpen) => {
    const open = failing(['a', 'b', 'c', 'd', 'e']);
    const after = note(open, 'f', outcome, open.probeAt);
    expect(after.isOpen).toBe(isOpen);
    if (!isOpen) expect(after.wokenAt).toBe(open.probeAt);
  });

  test('a wake-up probes at once', () => {
    const open = failing(['a', 'b', 'c', 'd', 'e']);
    expect(pauseOf(wake(open, 1_500), 0, 1_500)).toBe(0);
  });
});

describe('the rate limiter', () => {
  const bound = { perSecond: 10, inFlight: 3 };

  test('lets no more pass than its rate and its burst allow', () => {
    const gaps = fc.array(fc.integer({ min: 0, max: 300 }), { minLength: 50, maxLength: 400 });
    fc.assert(
      fc.property(gaps, (all) => {
        let rate = fullRate(bound, 0);
        let now = 0;
        const passed: number[] = [];
        for (const gap of all) {
          now += gap;
          const asked = acquire(rate, bound, 0, now);
          rate = asked.rate;
          if (asked.wait === 0) passed.push(now);
        }
        for (const [index, from] of passed.entries()) {
          const within = passed.slice(index).filter((time) => time < from + 1_000).length;
          expect(within).toBeLessThanOrEqual(10 + Math.ceil(bound.perSecond * 0.25) + 1);
        }
      }),
    );
  });

  test('a request in flight too many waits for a release', () => {
    expect(acquire(fullRate(bound, 0), bound, 3, 0).wait).toBe(Number.POSITIVE_INFINITY);
  });

  test('a complaint about traffic halves the rate, once a second, down to a 64th; two minutes later it is full', () => {
    let rate: Rate = fullRate(bound, 0);
    const rates: number[] = [];
    for (let second = 1; second <= 12; second += 1) {
      rate = release(rate, bound, true, second * 1_000);
      rates.push(release(rate, bound, true, second * 1_000 + 500).perSecond);
    }
    expect(rates[0]).toBeCloseTo(5, 0);
    expect(Math.min(...rates)).toBeGreaterThanOrEqual(10 / 64);
    expect(rates.at(-1)).toBeLessThan(0.4);
    expect(acquire(rate, bound, 0, 12_000 + 120_000).rate.perSecond).toBe(10);
  });

  test('a clock that goes back gives nothing away', () => {
    const { rate } = acquire(fullRate(bound, 10_000), bound, 0, 10_000);
    expect(acquire(rate, bound, 0, 5_000).wait).toBeGreaterThan(0);
  });

  test('its burst is stated', () => {
    expect(burstOf(bound)).toBe(3);
    expect(burstOf({ perSecond: 3, inFlight: 5 })).toBe(2);
  });
});

test('passes spread evenly over the shards, whatever their ids look like', () => {
  const counts = Array(16).fill(0);
  for (let n = 0; n < 16_000; n += 1) counts[shardOf(`2024052200000000${String(n).padStart(6, '0')}`, 16)] += 1;
  for (const count of counts) expect(Math.abs(count - 1_000)).toBeLessThan(150);
  expect(routeOf('卡')).toBe(routeOf('卡'));
});

test('an error that is none of the client is unknown, with an alert', () => {
  expect(outcomeOfError(new TypeError('x'), 0)).toEqual({ kind: 'unknown', code: 'InternalError', alert: true });
});
