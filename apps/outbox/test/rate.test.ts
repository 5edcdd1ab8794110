// The bound on requests: what may pass, who comes next, and that it holds whatever askers do.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { fullRate, give, type Limits, type Rate, type Slot, take } from '../src/rate.ts';

const limits: Limits = { perSecond: 10, inFlight: 3, leaseTime: 15_000 };
const start = Date.UTC(2026, 10, 22);

describe('asking', () => {
  test('where answers are slow, slots are as far apart as requests in flight end', () => {
    let rate = fullRate(limits, start);
    let now = start;
    for (let n = 0; n < 200; n += 1) {
      rate = give(take(rate, { lease: '1', limits, now }).rate, {
        lease: '1',
        congested: false,
        limits,
        now: now + 900,
      });
      now += 900;
    }
    // 3 in flight for 900 ms each: one ends every 300 ms, whatever the rate is.
    const first = take(rate, { lease: '2', limits, now });
    expect(first.slot).toBeUndefined();
    expect(Math.round(take(first.rate, { lease: '3', limits, now }).slot?.at ?? 0)).toBe(now + 300);
  });

  test('a cold start slows nobody', () => {
    const { rate } = take(fullRate(limits, start), { lease: '1', limits, now: start });
    const cold = give(rate, { lease: '1', congested: false, limits, now: start + 900 });
    const first = take(cold, { lease: '2', limits, now: start + 900 });
    expect(take(first.rate, { lease: '3', limits, now: start + 900 }).slot?.at).toBeLessThan(start + 900 + 130);
  });

  test('a single slow answer slows nobody for long, and quick ones bring the rate back', () => {
    let now = start;
    let rate = fullRate(limits, now);
    const ask = (held: number): void => {
      const taken = take(rate, { lease: 'a', limits, now: now + 1_000 });
      now += 1_000;
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

  test('a place whose turn was five seconds ago, or that nobody was given, is none', () => {
    const slot: Slot = { at: start, place: 1 };
    const busy = { ...fullRate(limits, start), last: 700 };
    expect(take(busy, { lease: '1', slot, limits, now: start + 4_999 }).slot).toBeUndefined();
    expect(take(busy, { lease: '1', slot, limits, now: start + 5_000 }).slot?.place).toBe(701);
    expect(take(busy, { lease: '1', slot: { at: start, place: 702 }, limits, now: start }).slot?.place).toBe(701);
    expect(take(busy, { lease: '1', slot: { at: start }, limits, now: start }).slot?.place).toBe(701);
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
    expect(once).toMatchObject({ perSecond: 5, loweredAt: start });
    expect(lower(once, start + 999)).toMatchObject({ loweredAt: start });
    expect(lower(once, start + 1_000).perSecond).toBeCloseTo(2.54, 2);
    let rate = once;
    for (let n = 1; n < 20; n += 1) rate = lower(rate, start + n * 1_000);
    expect(rate.perSecond).toBeGreaterThanOrEqual(10 / 64);
    expect(rate.perSecond).toBeLessThan(0.3);
    expect(take(rate, { lease: '1', limits, now: start + 20_000 + 120_000 }).rate.perSecond).toBe(10);
  });
});

describe('a backlog', () => {
  /** Has `count` askers come, `perSecond` of them, each asking again when it is told to; seconds until all have passed. */
  function drain(before: Rate, count: number, perSecond: number, limitsAt: (now: number) => Limits): number {
    let rate = before;
    let now = before.since;
    const asking = new Map<number, (Slot | undefined)[]>();
    const ask = (at: number, slot?: Slot) => void asking.set(at, [...(asking.get(at) ?? []), slot]);
    const ending = new Map<number, string[]>();
    for (let n = 0; n < count; n += 1) ask(now + Math.floor((n * 1_000) / perSecond));
    for (let passed = 0; passed < count && now < before.since + 9_000_000; now += 1) {
      const limits = limitsAt(now);
      for (const lease of ending.get(now) ?? []) rate = give(rate, { lease, congested: false, limits, now });
      for (const slot of asking.get(now) ?? []) {
        const lease = `${passed}`;
        const taken = take(rate, { lease, slot, limits, now });
        rate = taken.rate;
        if (taken.slot) ask(Math.max(now + 1, Math.ceil(taken.slot.at)), taken.slot);
        else {
          passed += 1;
          ending.set(now + 100, [...(ending.get(now + 100) ?? []), lease]);
        }
      }
      asking.delete(now);
      ending.delete(now);
    }
    return (now - before.since) / 1_000;
  }
  const ample: Limits = { perSecond: 25, inFlight: 20, leaseTime: 15_000 };
  const backlog = 4_000;

  test('that comes in congestion is gone soon after it', () => {
    let rate = fullRate(ample, start);
    for (let n = 0; n < 8; n += 1) {
      rate = give(rate, { lease: 'x', congested: true, limits: ample, now: start + n * 1_000 });
    }
    expect(rate.perSecond).toBeLessThan(1);
    expect(drain({ ...rate, held: 100 }, backlog, 400, () => ample)).toBeLessThan((2 * backlog) / 25 + 120);
  });

  test('that comes while answers are slow is gone soon after they are quick again', () => {
    const slow = { ...fullRate(ample, start), held: 14_000 };
    expect(drain(slow, backlog, 400, () => ample)).toBeLessThan((2 * backlog) / 25 + 120);
  });

  test('is gone sooner when the limits are raised', () => {
    const low = { ...ample, perSecond: 1 };
    const raised = (now: number) => (now < start + 60_000 ? low : ample);
    expect(drain(fullRate(low, start), backlog, 400, raised)).toBeLessThan(600 + 60 + (2 * backlog) / 25);
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
