// Rules of a mailbox that the model test does not see: lines of a batch, what a request carries, what is kept.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  accept,
  attemptsKept,
  begin,
  discard,
  emptyState,
  isAfterEnd,
  isDiscardable,
  nameOf,
  orderOf,
  replay,
  type State,
  settle,
} from '../src/mailbox-state.ts';

const who = { merchantId: 'M', userId: 'U' };
const pauses = { backOff: 1_000, unanswered: 5_000 };
const now = Date.UTC(2026, 10, 22);
const change = (units: object, closes = false) => ({ who, units: { ...units }, closes });
const after = (...units: object[]): State =>
  units.reduce<State>((state, each) => accept(state, change(each), now), emptyState('P', who));
const outcome = (state: State, kind: 'delivered' | 'refused' | 'unknown') =>
  settle(begin(state, now), { kind, code: 'C' }, now, pauses, 0);

describe('what a request carries', () => {
  test('everything since the last S, and nothing of before', () => {
    const delivered = outcome(after({ a: 1 }, { b: 2 }), 'delivered');
    expect(begin(accept(delivered, change({ c: 3 }), now), now).inFlight).toMatchObject({
      revision: 3,
      units: { c: 3 },
    });
  });

  test('after an unknown outcome, what was sent too', () => {
    const unknown = outcome(after({ a: 1, b: 1 }), 'unknown');
    const next = begin(accept(unknown, change({ b: 2 }), now), now);
    expect(next.inFlight).toMatchObject({ revision: 2, units: { a: 1, b: 2 } });
    expect(next.notBefore).toBe(now + 5_000);
  });

  test('how many revisions it overtook, each counted once', () => {
    const first = outcome(after({ a: 1 }, { a: 2 }, { a: 3 }), 'unknown');
    const second = outcome(first, 'unknown');
    const third = begin(accept(accept(second, change({}), now), change({}), now), now);
    expect(third.attempts.map(({ revision, coalesced }) => [revision, coalesced])).toEqual([
      [3, 2],
      [3, 0],
      [5, 1],
    ]);
  });

  test('a close: what was not delivered yet, but nothing that was refused', () => {
    expect(begin(accept(after({ a: 1 }), change({ b: 2 }, true), now), now).inFlight).toMatchObject({
      ...{ units: { a: 1, b: 2 }, closes: true },
    });
    const refused = outcome(after({ a: 1 }), 'refused');
    expect(begin(accept(refused, change({ b: 2 }, true), now), now).inFlight).toMatchObject({ units: { b: 2 } });
    const meanwhile = accept(begin(after({ a: 1 }), now), change({ b: 2 }, true), now);
    expect(settle(meanwhile, { kind: 'refused' }, now, pauses, 0).pending).toEqual({ b: 2 });
  });

  test('a close: nothing that was refused, though a change revived it before the close', () => {
    const revived = accept(outcome(after({ a: 1, b: 1 }), 'refused'), change({ b: 2, c: 2 }), now);
    expect(accept(revived, change({}, true), now).pending).toEqual({ b: 2, c: 2 });
    const meanwhile = accept(begin(revived, now), change({}, true), now);
    expect(settle(meanwhile, { kind: 'unknown' }, now, pauses, 0).pending).toEqual({ b: 2, c: 2 });
    const mended = accept(outcome(accept(revived, change({ a: 3 }), now), 'unknown'), change({}, true), now);
    expect(mended.pending).toEqual({ a: 3, b: 2, c: 2 });
    const confirmed = accept(outcome(revived, 'delivered'), change({ a: 1 }), now);
    expect(accept(confirmed, change({}, true), now).pending).toEqual({ a: 1 });
  });

  test('a close that is replayed: the same, however often', () => {
    const refused = outcome(accept(after({ a: 1 }), change({}, true), now), 'refused');
    expect(outcome(replay(refused, now), 'unknown').pending).toEqual({ a: 1 });
  });
});

describe('a dead letter', () => {
  const dead = outcome(outcome(after({ a: 1 }), 'unknown'), 'refused');

  test('is kept with its reason, and nothing is sent', () => {
    expect(nameOf(dead)).toBe('dead');
    expect(dead.dead).toEqual({ revision: 1, units: { a: 1 }, code: 'C', at: now });
    expect(dead).toMatchObject({ settled: 1, delivered: 0, attempt: 0 });
  });

  test('revives with a newer change, over what was refused', () => {
    const revived = accept(dead, change({ b: 2 }), now);
    expect(nameOf(revived)).toBe('pending');
    expect(begin(revived, now).inFlight).toMatchObject({ revision: 2, units: { a: 1, b: 2 } });
  });

  test('replayed: the same revision; given up: never', () => {
    expect(begin(replay(dead, now), now).inFlight).toMatchObject({ revision: 1, units: { a: 1 } });
    expect(nameOf(discard(dead))).toBe('discarded');
    expect(begin(accept(discard(dead), change({ b: 2 }), now), now).inFlight).toMatchObject({ units: { b: 2 } });
  });

  test('what is retried can be given up too, and nothing of it comes back or comes sooner', () => {
    const unknown = outcome(after({ a: 1 }), 'unknown');
    expect(isDiscardable(unknown)).toBe(true);
    for (const state of [after({ a: 1 }), begin(unknown, now), outcome(unknown, 'delivered'), discard(unknown)]) {
      expect(isDiscardable(state)).toBe(false);
    }
    expect(nameOf(discard(unknown))).toBe('discarded');
    const next = accept(discard(unknown), change({ b: 2 }), now);
    expect(next).toMatchObject({ pending: { b: 2 }, notBefore: unknown.notBefore });
    expect(next.pending).not.toHaveProperty('a');
  });

  test('what was given up stays so, whatever is confirmed later', () => {
    const first = outcome(after({ a: 1 }), 'delivered');
    const second = discard(outcome(accept(accept(first, change({ a: 2 }), now), change({ a: 3 }), now), 'refused'));
    expect(second.discarded).toEqual([{ after: 1, upTo: 3 }]);
    const third = outcome(accept(second, change({ b: 4 }), now), 'delivered');
    const left = accept(
      accept(outcome(accept(third, change({ a: 5 }), now), 'refused'), change({ b: 6 }), now),
      change({}, true),
      now,
    );
    const spans = [
      { after: 1, upTo: 3 },
      { after: 4, upTo: 5 },
    ]; // the close leaves the fifth behind
    expect(left.discarded).toEqual(spans);
    expect(outcome(left, 'delivered').discarded).toEqual(spans);
  });

  test('a close that was refused or given up may be replaced by another, and by nothing else', () => {
    const close = { ...change({ b: 2 }, true), who: { merchantId: 'M', userId: 'U2' } };
    const pending = accept(after({ a: 1 }), change({}, true), now);
    const refused = outcome(pending, 'refused');
    expect(nameOf(discard(refused))).toBe('discarded');
    for (const state of [refused, discard(refused)]) {
      expect(isAfterEnd(state, close)).toBe(false);
      expect(isAfterEnd(state, change({ b: 2 }))).toBe(true);
      expect(begin(accept(state, close, now), now)).toMatchObject({
        ...{ who: { userId: 'U2' }, inFlight: { revision: 3, units: { b: 2 }, closes: true } },
      });
    }
    const confirmed = outcome(pending, 'delivered');
    expect(nameOf(confirmed)).toBe('closed');
    for (const state of [pending, begin(pending, now), outcome(pending, 'unknown'), replay(refused, now), confirmed]) {
      expect(isAfterEnd(state, close)).toBe(true);
    }
  });
});

describe('a line of a batch that arrives late', () => {
  const line = (n: number) => orderOf(now - 1_000, n);

  test('does not overwrite what a later line set, and keeps what it did not', () => {
    const state = accept(after(), change({ a: 2 }), now, line(2));
    const late = accept(state, change({ a: 1, b: 1 }), now, line(1));
    expect(late).toMatchObject({ revision: 2, pending: { a: 2, b: 1 } });
  });

  test('nor what a call after the batch set', () => {
    const late = accept(after({ a: 2 }), change({ a: 1, b: 1 }), now, line(9));
    expect(late.pending).toEqual({ a: 2, b: 1 });
  });

  test('gets no revision when nothing is left of it', () => {
    const state = after({ a: 2 });
    expect(accept(state, change({ a: 1 }), now, line(1))).toBe(state);
  });

  test('a call is the latest even when the clock of the batch was ahead', () => {
    const ahead = accept(after(), change({ a: 1 }), now, orderOf(now + 60_000, 5));
    const called = accept(ahead, change({ a: 2 }), now);
    expect(called.pending).toEqual({ a: 2 });
    expect(accept(called, change({ a: 0 }), now, orderOf(now + 60_000, 4)).pending).toEqual({ a: 2 });
  });

  test('in any order, lines come out as in theirs', () => {
    const units = fc.dictionary(fc.constantFrom('a', 'b', 'c'), fc.nat(), { noNullPrototype: true });
    const lines = fc.array(units, { minLength: 1, maxLength: 8 });
    const shuffled = lines.chain((each) =>
      fc.tuple(fc.constant(each), fc.shuffledSubarray([...each.keys()], { minLength: each.length })),
    );
    const property = fc.property(shuffled, fc.nat(8), ([each, arrivals], begun) => {
      let state = emptyState('P', who);
      const card: object = {};
      const send = () => {
        state = begin(state, now);
        Object.assign(card, state.inFlight?.units);
        state = settle(state, { kind: 'delivered' }, now, pauses, 0);
      };
      arrivals.forEach((index, turn) => {
        state = accept(state, change(each[index] ?? {}), now, line(index + 1));
        if (turn === begun) send();
      });
      send();
      expect(card).toEqual(Object.assign({}, ...each));
    });
    fc.assert(property);
  });

  test('orders are forgotten when no line can be on its way any more', () => {
    const state = accept(after({ a: 1 }), change({ b: 1 }), now + 5 * 86_400_000 + 1);
    expect(Object.keys(state.orders)).toEqual(['b', 'who']);
  });
});

test(`the last ${attemptsKept} attempts are kept`, () => {
  let state = after({ a: 1 });
  for (let n = 0; n < attemptsKept + 5; n += 1) state = outcome(state, 'unknown');
  expect(state.attempts).toHaveLength(attemptsKept);
  expect(state.attempt).toBe(attemptsKept + 5);
});
