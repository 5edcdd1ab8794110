// The bound on requests: what may pass, who comes next, and that it holds whatever askers do.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { fullRate, give, type Limits, type Rate, type Slot, take } from '../src/rate.ts';

const limits: Limits = { perSecond: 10, inFlight: 3, leaseTime: 15_000 };
const start = Date.UTC(2026, 10, 22);

describe('asking', () => {
  test('where answers are slow, slots are as far apart as requests in flight end', () => {
    const { rate } = take(fullRate(limits, start), { lease: '1', limits, now: start });
    // 3 in flight for 900 ms each: one ends every 300 ms, whatever the rate is.
    const slow = give(rate, { lease: '1', congested: false, limits, now: start + 900 });
    const first = take(slow, { lease: '2', limits, now: start + 900 });
    expect(first.slot).toBeUndefined();
    expect(take(first.rate, { lease: '3', limits, now: start + 900 }).slot?.at).toBe(start + 1_200);
  });

  test('a single slow answer slows nobody for long, and quick ones bring the rate back', () => {
    let now = start;
    let rate = fullRate(limits, now);
    const ask = (held: number): void => {
      const taken = take(rate, { lease: 'a', slot: { at: now, epoch: 0 }, limits, now });
      rate = give(taken.rate, { lease: 'a', congested: false, limits, now: now + held });
      now += held;
    };
    for (let n = 0; n < 20; n += 1) ask(50);
    ask(10_000);
    expect(rate.held / limits.inFlight).toBeGreaterThan(100);
    for (let n = 0; n < 30; n += 1) ask(50);
    expect(rate.held / limits.inFlight).toBeLessThan(100);
  });

  test('slots at even distances, in the order of the askers', () => {
    let rate = fullRate(limits, start);
    const slots = Array.from({ length: 4 }, (_, n) => {
      const taken = take(rate, { lease: `${n}`, limits, now: start });
      rate = taken.rate;
      return taken.slot?.at;
    });
    expect(slots).toEqual([undefined, start + 100, start + 200, start + 300]);
  });

  test('a slot that is due passes, one that is not does not', () => {
    const first = take(fullRate(limits, start), { lease: '1', limits, now: start });
    const { rate, slot } = take(first.rate, { lease: '2', limits, now: start });
    expect(take(rate, { lease: '2', slot, limits, now: start + 99 }).slot).toEqual(slot);
    expect(take(rate, { lease: '2', slot, limits, now: start + 100 }).slot).toBeUndefined();
  });

  test('a slot that is five seconds old, or of before the rate was lowered, is none', () => {
    const slot: Slot = { at: start, epoch: 0 };
    const busy = { ...fullRate(limits, start), next: start + 70_000 };
    expect(take(busy, { lease: '1', slot, limits, now: start + 4_999 }).slot).toBeUndefined();
    expect(take(busy, { lease: '1', slot, limits, now: start + 5_000 }).slot?.at).toBe(start + 70_000);
    expect(take({ ...busy, epoch: 1 }, { lease: '1', slot, limits, now: start }).slot?.at).toBe(start + 70_000);
  });

  test('as many in flight as there may be: the last place in the line; a lease that ended makes room', () => {
    const leases = { a: start + 1_000, b: start + 2_000, c: start + 3_000 };
    const full: Rate = { ...fullRate(limits, start), leases };
    expect(take(full, { lease: 'd', limits, now: start }).slot?.at).toBe(start + 100);
    expect(take(full, { lease: 'd', limits, now: start + 1_000 }).slot).toBeUndefined();
    expect(
      take(give(full, { lease: 'b', congested: false, limits, now: start }), { lease: 'd', limits, now: start }).slot,
    ).toBeUndefined();
  });
});

describe('congestion', () => {
  const lower = (rate: Rate, now: number) => give(rate, { lease: 'x', congested: true, limits, now });

  test('halves the rate, once a second, down to a 64th, and it is whole again after two minutes', () => {
    const once = lower(fullRate(limits, start), start);
    expect(once).toMatchObject({ perSecond: 5, epoch: 1 });
    expect(lower(once, start + 999)).toMatchObject({ epoch: 1 });
    expect(lower(once, start + 1_000).perSecond).toBeCloseTo(2.54, 2);
    let rate = once;
    for (let n = 1; n < 20; n += 1) rate = lower(rate, start + n * 1_000);
    expect(rate.perSecond).toBeGreaterThanOrEqual(10 / 64);
    expect(rate.perSecond).toBeLessThan(0.3);
    expect(take(rate, { lease: '1', limits, now: start + 20_000 + 120_000 }).rate.perSecond).toBe(10);
  });
});

test('never more than the rate, never more in flight, whatever comes when', () => {
  const step = fc.record({
    wait: fc.nat(400),
    back: fc.nat(5),
    congested: fc.integer({ min: 0, max: 9 }).map((n) => n === 0),
  });
  const property = fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
    let rate = fullRate(limits, start);
    let now = start;
    const granted: number[] = [];
    const flying: { lease: string; until: number }[] = [];
    const waiting: Slot[] = [];
    steps.forEach(({ wait, back, congested }, n) => {
      now += wait;
      const slot = waiting[0] && waiting[0].at <= now ? waiting.shift() : undefined;
      const taken = take(rate, { lease: `${n}`, slot, limits, now });
      rate = taken.rate;
      if (taken.slot) waiting.push(taken.slot);
      else {
        granted.push(now);
        flying.push({ lease: `${n}`, until: now + limits.leaseTime });
      }
      const returned = back < 2 ? flying.shift() : undefined;
      if (returned) rate = give(rate, { lease: returned.lease, congested, limits, now });
      expect(flying.filter(({ until }) => until > now).length).toBeLessThanOrEqual(limits.inFlight);
    });
    // In any second: the rate, and those whose slots were due and not used at once.
    expect(granted.length).toBeLessThanOrEqual(1 + ((now - start) / 1_000) * limits.perSecond);
  });
  fc.assert(property);
});
