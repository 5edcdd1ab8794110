/** The pure parts of a pass: accept, settle, dead letters, backoff. Refusals first. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Acceptance, accept } from '../src/pass/accept.ts';
import { backoff } from '../src/pass/backoff.ts';
import { discard, replay } from '../src/pass/dead-letters.ts';
import { type Change, changeOf, updateOf } from '../src/pass/fields.ts';
import type { Outcome } from '../src/pass/outcome.ts';
import { settle } from '../src/pass/settle.ts';
import { emptyState, giveUp, nameOf, type State } from '../src/pass/state.ts';
import { fateOf, viewOf } from '../src/pass/view.ts';

const who = { merchantId: 'M1', userId: 'U1' };
const change = (fields: Record<string, unknown>, more: Partial<Change> = {}): Change => ({
  ...{ who, status: 'UPDATE', updateDetailType: 'UPDATE_MEMBER_CARD', fields },
  ...more,
});
const points = (value: number) => change({ 'dataInfo/points': value });
const bill = (billNo: string, value: number) =>
  change({ 'dataInfo/points': value, transaction: { billNo, lastChangePoints: '1' } });
const close = change({}, { status: 'CLOSED' });
const pauses = { backoff: 1_000, unanswered: 5_000 };
const delivered: Outcome = { kind: 'delivered' };
const refused: Outcome = { kind: 'refused', resultCode: 'PARAM_ILLEGAL' };
const unknown: Outcome = { kind: 'unknown', code: 'ResponseMissing' };

let flights = 0;
let stamps = 0;
function accepted(state: State, asked: Change, options: Partial<Acceptance> = {}): State {
  stamps += 1;
  const next = accept(state, asked, { now: 1_000, stamp: stamps, coalesceBills: false, ...options });
  if (typeof next === 'string') throw new Error(next);
  return next;
}
function begun(state: State): State {
  flights += 1;
  return { ...state, flight: { number: flights, since: 2_000 } };
}
const ended = (state: State, outcome: Outcome, coalesceBills = false) =>
  settle(begun(state), outcome, { now: 3_000, pauses, random: 0.5, coalesceBills });
const all = (...changes: Change[]) => changes.reduce((state, each) => accepted(state, each), emptyState('P1'));
const sent = ({ queue: [head] }: State) => head && updateOf('P1', head);

describe('accept', () => {
  const options = { now: 1_000, stamp: 1, coalesceBills: false };

  test('an update after a close is refused', () => {
    expect(accept(all(close), points(1), options)).toBe('PassClosed');
    expect(accept(ended(all(close), delivered), points(1), options)).toBe('PassClosed');
    expect(accept(ended(all(close), refused), points(1), options)).toBe('PassClosed');
  });

  test('a second close is refused unless the first one failed', () => {
    expect(accept(all(close), close, options)).toBe('PassClosed');
    expect(accept(ended(all(close), delivered), close, options)).toBe('PassClosed');
    const again = accepted(ended(all(close), refused), close);
    expect(again).toMatchObject({ revision: 2, dead: [], discarded: [{ from: 1, to: 1 }] });
    expect(nameOf(ended(again, delivered))).toBe('closed');
  });

  test('the hundred-and-first entry that waits is refused', () => {
    const bills = Array.from({ length: 100 }, (_, n) => bill(`B${n}`, n));
    expect(accept(all(...bills), bill('B100', 100), options)).toBe('PassFull');
  });

  test('changes that wait merge, and the newer value of a field stays', () => {
    const state = all(points(1), change({ 'dataInfo/level': 'gold' }), points(2));
    expect(state.queue).toMatchObject([{ from: 1, to: 3, fields: { 'dataInfo/points': 2, 'dataInfo/level': 'gold' } }]);
  });

  test('a change that names a bill merges with no neighbour', () => {
    const state = all(points(1), bill('B1', 2), bill('B2', 3), points(4), points(5));
    expect(state.queue.map(({ from, to }) => [from, to])).toEqual([
      [1, 1],
      [2, 2],
      [3, 3],
      [4, 5],
    ]);
  });

  test('with COALESCE_BILLS a newer bill replaces one that waits', () => {
    const options = { coalesceBills: true };
    const state = [bill('B1', 1), bill('B2', 2)].reduce((s, each) => accepted(s, each, options), emptyState('P1'));
    expect(state.queue).toMatchObject([{ from: 1, to: 2, fields: { transaction: { billNo: 'B2' } } }]);
  });

  test('nothing merges into what is in flight or was sent', () => {
    expect(accepted(begun(all(points(1))), points(2)).queue).toHaveLength(2);
    expect(accepted(ended(all(points(1)), unknown), points(2)).queue).toHaveLength(2);
  });

  test('a status or type that the contract gets later is carried as asked, and does not merge', () => {
    const used = change({}, { status: 'USED', updateDetailType: 'UPDATE_PASS' });
    const state = all(points(1), used);
    expect(state.queue).toHaveLength(2);
    expect(sent({ ...state, queue: state.queue.slice(1) })).toMatchObject({
      status: 'USED',
      updateDetailType: 'UPDATE_PASS',
    });
  });

  test('a line that is sent again leaves what was set since, and is not late for other fields', () => {
    const state = accepted(emptyState('P1'), points(9), { stamp: 5 });
    const late = accepted(state, change({ 'dataInfo/points': 1, 'dataInfo/level': 'gold' }), {
      stamp: 3,
      isRepeated: true,
    });
    expect(late.queue[0]?.fields).toEqual({ 'dataInfo/points': 9, 'dataInfo/level': 'gold' });
    expect(accepted(late, points(2), { stamp: 3, isRepeated: true })).toBe(late);
  });

  test('a bill in a line that is sent again is never too late', () => {
    const state = accepted(emptyState('P1'), bill('B2', 2), { stamp: 5 });
    const late = accepted(state, bill('B1', 1), { stamp: 3, isRepeated: true });
    expect(late.queue[1]?.fields).toEqual({ transaction: { billNo: 'B1', lastChangePoints: '1' } });
  });
});

describe('settle', () => {
  test('S takes the head off, and the next one goes', () => {
    const state = ended(all(bill('B1', 1), bill('B2', 2)), delivered);
    expect(state).toMatchObject({ delivered: 1, queue: [{ to: 2 }], attempt: 0 });
  });

  test('after U the head goes again alone, and not before its hold is over', () => {
    const state = accepted(ended(all(points(1)), unknown), points(2));
    expect(sent(state)).toMatchObject({ dataInfo: { points: 1 } });
    expect(state).toMatchObject({ hold: 8_000, attempt: 1, queue: [{ to: 1 }, { to: 2 }] });
    expect(state.due).toBeGreaterThanOrEqual(state.hold);
  });

  test('the last twenty attempts are kept', () => {
    const state = Array.from({ length: 25 }).reduce<State>((each) => ended(each, unknown), all(points(1)));
    expect(state).toMatchObject({ attempt: 25 });
    expect(state.attempts).toHaveLength(20);
  });

  test('F makes the head a dead letter without what later entries set anew, and the next one goes', () => {
    const state = ended(all(bill('B1', 1), bill('B2', 2)), refused);
    expect(state.queue).toHaveLength(1);
    expect(state.dead).toMatchObject([
      { to: 1, fields: { transaction: { billNo: 'B1' } }, resultCode: 'PARAM_ILLEGAL' },
    ]);
    expect(state.dead[0]?.fields).not.toHaveProperty('dataInfo/points');
  });

  test('S of a close gives up every dead letter', () => {
    const state = ended(accepted(ended(all(points(1)), refused), close), delivered);
    expect(state).toMatchObject({ closed: true, dead: [], discarded: [{ from: 1, to: 1 }] });
    expect(fateOf(state, 1)).toBe('refused');
    expect(fateOf(state, 2)).toBe('delivered');
  });
});

describe('dead letters', () => {
  test('a replay sends nothing that was set anew since', () => {
    const dead = ended(all(change({ 'dataInfo/points': 1, 'dataInfo/level': 'gold' })), refused);
    const state = replay(ended(accepted(dead, points(2)), delivered), 9_000);
    expect(state && sent(state)).toMatchObject({ dataInfo: { level: 'gold' } });
    expect(state && sent(state)?.dataInfo).not.toHaveProperty('points');
    expect(state && fateOf(state, 1)).toBe('pending');
  });

  test('what was given up stays refused: all of a hundred requests, and the newest hundred spans', () => {
    const bills = Array.from({ length: 100 }, (_, n) => bill(`B${n}`, n));
    const dead = bills.reduce((state) => ended(state, refused), all(...bills));
    const state = discard(dead) ?? expect.fail();
    expect(state.discarded).toEqual([{ from: 1, to: 100 }]);
    expect(fateOf(state, 1)).toBe('refused');
    const every = (spans: State['discarded'], n: number) => giveUp(spans, [{ from: 2 * n, to: 2 * n }]);
    const spans = Array.from({ length: 120 }, (_, n) => n + 1).reduce(every, []);
    expect([spans.length, spans[0], spans.at(-1)]).toEqual([100, { from: 42, to: 42 }, { from: 240, to: 240 }]);
  });

  test('a replay goes under the newest ids', () => {
    const dead = ended(all(change({ 'dataInfo/points': 1, 'dataInfo/level': 'gold' })), refused);
    const right = { ...who, templateCode: 'T2' };
    const state = replay(ended(accepted(dead, change({ 'dataInfo/points': 2 }, { who: right })), delivered), 9_000);
    expect(state && sent(state)).toMatchObject({ ...right, dataInfo: { level: 'gold' } });
  });

  test('a replay after a close is refused, unless the close itself is dead', () => {
    expect(replay(accepted(ended(all(points(1)), refused), close), 9_000)).toBeUndefined();
    expect(replay(ended(all(close), refused), 9_000)?.queue).toMatchObject([{ status: 'CLOSED' }]);
  });

  test('a replay does not shorten the hold', () => {
    const held = { ...ended(all(points(1)), refused), hold: 20_000 };
    expect(replay(held, 9_000)?.due).toBe(20_000);
  });

  test('one of several is replayed or given up by its revision', () => {
    const state = ended(ended(all(bill('B1', 1), bill('B2', 2)), refused), refused);
    expect(replay(state, 9_000, 2)).toMatchObject({ queue: [{ to: 2 }], dead: [{ to: 1 }] });
    expect(discard(state, 1)).toMatchObject({ dead: [{ to: 2 }], discarded: [{ from: 1, to: 1 }] });
    expect(discard(state, 3)).toBeUndefined();
  });

  test('what is retrying is given up, but not while it is in flight', () => {
    const state = ended(all(points(1)), unknown);
    expect(discard(begun(state))).toBeUndefined();
    expect(discard(state)).toMatchObject({ queue: [], hold: state.hold, discarded: [{ from: 1, to: 1 }] });
    expect(discard(all(points(1)))).toBeUndefined();
  });
});

test('the view has no content of a change', () => {
  const state = ended(all(change({ 'dataInfo/level': 'secret' })), refused);
  expect(JSON.stringify(viewOf(state))).not.toContain('secret');
});

describe('backoff', () => {
  test.each<[what: string, attempt: number, outcome: Outcome, random: number, hold: number, due: number]>([
    ['the first, least', 1, unknown, 0, 5_000, 5_000],
    ['a complaint about traffic', 1, { ...unknown, congested: true }, 1, 0, 2_000],
    ['an F about the account', 1, { ...unknown, refused: true }, 1, 0, 2_000],
    ['the fifth, middle', 5, unknown, 0.5, 5_000, 16_500],
    ['the twelfth', 12, unknown, 1, 5_000, 60_000],
    ['the 120th', 120, unknown, 1, 5_000, 60_000],
    ['the 122nd', 122, unknown, 1, 5_000, 240_000],
    ['the thousandth', 1_000, unknown, 1, 5_000, 3_600_000],
    ['Retry-After', 1, { ...unknown, retryAfter: 7_000 }, 0, 7_000, 7_000],
    ['Retry-After of a year', 1, { ...unknown, retryAfter: 3e10 }, 0, 3_600_000, 3_600_000],
  ])('%s', (_, attempt, outcome, random, hold, due) => {
    expect(backoff(attempt, outcome, pauses, random)).toEqual({ hold, due });
  });
});

test('an update that is taken apart and put together again is the same', () => {
  const value = fc.oneof(fc.integer(), fc.string(), fc.constant(null));
  const update = fc.record({
    ...{ passId: fc.constant('P1'), merchantId: fc.string({ minLength: 1 }), userId: fc.string({ minLength: 1 }) },
    ...{ status: fc.constantFrom('UPDATE', 'CLOSED'), updateDetailType: fc.constant('UPDATE_MEMBER_CARD') },
    dataInfo: fc.dictionary(fc.string(), value, { minKeys: 1 }),
    extra: value,
  });
  fc.assert(
    fc.property(update, (each) => {
      expect(updateOf('P1', changeOf(each as never))).toEqual(each);
    }),
  );
});
