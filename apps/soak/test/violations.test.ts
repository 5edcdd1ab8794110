// Wrong histories: each rule finds what breaks it, and only that.
import { expect, test } from 'vitest';
import type { Batch, Exchange, History, MemberRecord, Received } from '../src/fault-run/history.ts';
import { type rules, violationsOf } from '../src/fault-run/violations.ts';

const passId = '1';

/** A request that was applied, with the reply S. */
function received(id: number, points: Received['points'], change: Partial<Received> = {}): Received {
  const entry = {
    id,
    passId,
    points,
    billNo: null,
    applied: id,
    tracerId: `t${id}`,
    fault: null,
    resultStatus: 'S',
    exchangeId: id,
  };
  return { ...(entry as Received), ...change };
}

function exchange(id: number, from: number, until: number): Exchange {
  return { id, passId, from, until };
}

/** Three updates: one delivered, one of unknown outcome, one that overtook it. */
const history: History = {
  accepted: [
    { passId, points: 10, revision: 1 },
    { passId, points: 20, revision: 2 },
    { passId, points: 30, revision: 3 },
  ],
  received: [
    received(1, 10),
    received(2, 20, { fault: 'applied-but-unknown', resultStatus: 'U' }),
    received(3, 30, { fault: 'http-500', resultStatus: 'U', applied: null }),
    received(4, 30, { applied: 3 }),
  ],
  exchanges: [exchange(1, 0, 10), exchange(2, 20, 30), exchange(3, 30, 40), exchange(4, 50, 60)],
  confirmed: [
    { passId, revision: 1, tracerId: 't1' },
    { passId, revision: 3, tracerId: 't4' },
  ],
  outboxes: [{ passId, state: 'delivered', revision: 3, delivered: 3, dead: false }],
  passes: [{ passId, points: 30, closed: false }],
  batches: [],
  members: [],
};

/** The same, closed in the end. */
const closed: History = {
  ...history,
  accepted: [...history.accepted, { passId, points: 'close', revision: 4 }],
  received: [...history.received, received(5, 'close', { applied: 4 })],
  exchanges: [...history.exchanges, exchange(5, 70, 80)],
  confirmed: [...history.confirmed, { passId, revision: 4, tracerId: 't5' }],
  outboxes: [{ passId, state: 'closed', revision: 4, delivered: 4, dead: false }],
  passes: [{ passId, points: 30, closed: true }],
};

/** Rules that are broken, each with the ledger entries named. */
function broken(wrong: Partial<History>, right = history): [keyof typeof rules, ...number[]][] {
  return violationsOf({ ...right, ...wrong }).map(({ rule, entries }) => [rule, ...entries]);
}

/** The history with its only outbox changed. */
function outbox(change: object): Partial<History> {
  return { outboxes: history.outboxes.map((each) => ({ ...each, ...change })) };
}

test('what is right breaks no rule', () => {
  expect(violationsOf(history)).toEqual([]);
  expect(violationsOf(closed)).toEqual([]);
});

test('an update that the gateway does not have is lost', () => {
  expect(broken({ passes: [{ passId, points: 20, closed: false }] })).toEqual([['lost', 4]]);
  expect(broken({ passes: [] })).toEqual([['lost', 4]]);
  const fewer = {
    received: history.received.slice(0, 3),
    exchanges: [],
    passes: [{ passId, points: 20, closed: false }],
  };
  expect(broken({ ...fewer, confirmed: history.confirmed.slice(0, 1), ...outbox({ delivered: 1 }) })).toEqual([
    ['lost', 3],
    ['lost'],
  ]);
});

test('a close that the gateway does not have is lost', () => {
  expect(broken({ passes: history.passes }, closed)).toEqual([['lost', 5]]);
});

test('a pass of which nothing arrived, and which has no outbox, is lost and unsettled', () => {
  const nothing = { received: [], exchanges: [], confirmed: [], outboxes: [], passes: [] };
  expect(broken(nothing).map(([rule]) => rule)).toEqual(['lost', 'unsettled']);
});

test('what was sent twice and accepted twice has a revision too many', () => {
  expect(broken({ accepted: [{ passId, points: 10, revision: 2 }, ...history.accepted.slice(1)] })).toEqual([
    ['renumbered'],
  ]);
  expect(broken(outbox({ revision: 4 }))).toEqual([['renumbered']]);
});

test('an older update after a newer one is reordered, applied or not', () => {
  const late = received(5, 20, { applied: null, resultStatus: 'U', fault: 'hang' });
  expect(broken({ received: [...history.received, late] })).toEqual([['reordered', 4, 5]]);
  // Received in order and applied the other way round, as by a request that lingers at the gateway.
  const swapped = history.received.map((entry) => ({
    ...entry,
    applied: entry.id === 2 ? 3 : entry.id === 4 ? 2 : entry.applied,
  }));
  expect(broken({ received: swapped })).toEqual([['reordered', 4, 2]]);
});

test('what nobody accepted is invented', () => {
  const strange = received(3, 25, { fault: 'http-500', resultStatus: 'U', applied: null });
  const [first, second, , last] = history.received as [Received, Received, Received, Received];
  expect(broken({ received: [first, second, strange, last] })).toEqual([['invented', 3]]);
});

test('two requests at once overlap, whether or not the gateway got them', () => {
  const [first, second, third] = history.exchanges as [Exchange, Exchange, Exchange];
  expect(broken({ exchanges: [first, { ...second, from: 9 }, third] })).toEqual([['overlapping', 1, 2]]);
  expect(broken({ exchanges: [...history.exchanges, exchange(9, 55, 58)] })).toEqual([['overlapping', 4]]);
});

test('what was confirmed must not be sent again', () => {
  expect(broken({ received: [...history.received, received(5, 30)] })).toEqual([['repeated', 4, 5]]);
  expect(broken({ received: [...closed.received, received(6, 'close')] }, closed)).toEqual([['repeated', 5, 6]]);
});

test('what was answered S and not recorded may be sent again', () => {
  const again = [...history.received, received(5, 30)];
  const confirmed = history.confirmed.map((each) => (each.revision === 3 ? { ...each, tracerId: 't5' } : each));
  expect(broken({ received: again, confirmed })).toEqual([]);
});

test('an update after a close', () => {
  const received_ = [...closed.received, received(6, 30, { applied: null, resultStatus: 'F' })];
  expect(broken({ received: received_ }, closed)).toEqual([
    ['reordered', 5, 6],
    ['repeated', 4, 6],
    ['after a close', 5, 6],
  ]);
});

test('a word that nobody vouched for is believed', () => {
  for (const fault of ['unsigned-S', 'tampered-body', 'applied-but-unknown']) {
    const forged = history.received.map((entry) => (entry.id === 4 ? { ...entry, fault } : entry));
    expect(broken({ received: forged })).toEqual([['believed', 4]]);
  }
  expect(broken({ confirmed: [{ passId, revision: 3, tracerId: 'x' }] })).toEqual([['believed']]);
});

test('a dead letter needs a verified F', () => {
  const dead = outbox({ state: 'dead', delivered: 1, dead: true });
  const confirmed = history.confirmed.slice(0, 1);
  const answered = (fault: string | null) =>
    history.received.map((entry) =>
      entry.id === 4 ? { ...entry, fault, resultStatus: 'F' as const, applied: null } : entry,
    );
  expect(broken({ ...dead, confirmed, received: answered(null) })).toEqual([]);
  expect(broken({ ...dead, confirmed, received: answered('unsigned-F') })).toEqual([['believed']]);
});

test('a delivery that was recorded and is recorded no more is forgotten', () => {
  expect(broken(outbox({ delivered: 2 }))).toEqual([['lost'], ['forgotten']]);
});

test('an outbox that does not come to rest', () => {
  for (const state of ['pending', 'sending', 'retrying', 'discarded']) {
    expect(broken(outbox({ state }))).toEqual([['unsettled']]);
  }
});

test('a line of a batch has no revision of its own', () => {
  const accepted = history.accepted.map((each) => ({ ...each, revision: null }));
  expect(broken({ accepted })).toEqual([]);
  expect(broken({ accepted, ...outbox({ delivered: 2 }), confirmed: [] })).toEqual([['lost']]);
});

/** A member with a bill, an adjustment, a bill without points and another bill. */
const postings = (['bill', 'adjustment', 'bill', 'bill'] as const).map((kind, index) => ({
  ...{ userId: 'u', passId, kind, id: `b${index}`, isRepeated: false },
  ...[
    { points: 5, total: 5 },
    { points: -2, total: 3 },
    { points: 0, total: 3 },
    { points: 4, total: 7 },
  ][index],
})) as MemberRecord['postings'];
const counts = { points: 7, bills: 3, adjustments: 1 };
const billed: History = {
  accepted: [1, 2, 3].map((points) => ({ passId, points, revision: null })),
  received: [
    received(1, 1, { billNo: 'b0' }),
    received(2, 2),
    received(3, 3, { billNo: 'b3', fault: 'applied-but-unknown', resultStatus: 'U' }),
    received(4, 3, { billNo: 'b3' }),
  ],
  exchanges: [],
  confirmed: [{ passId, revision: 3, tracerId: 't4' }],
  outboxes: [{ passId, state: 'delivered', revision: 3, delivered: 3, dead: false }],
  passes: [{ passId, points: 3, closed: false }],
  batches: [],
  members: [{ userId: 'u', passId, postings, counts }],
};

test('a bill that takes effect not at all, with another posting, or again later is unbilled', () => {
  expect(broken({}, billed)).toEqual([]);
  const [first, second, third, last] = billed.received as [Received, Received, Received, Received];
  const withReceived = (received: Received[]) => broken({ received }, billed);
  expect(withReceived([{ ...first, billNo: null }, second, third, last])).toEqual([['unbilled', 3]]);
  expect(withReceived([first, { ...second, billNo: 'b0' }, third, last])).toEqual([]); // sent again, with the adjustment
  expect(withReceived([{ ...first, points: 2 }, second, third, last])).toEqual([['unbilled', 1]]);
  expect(withReceived([first, second, third, { ...last, billNo: 'b0' }])).toEqual([['unbilled', 4]]);
});

test('a bill or an adjustment that counts twice or not at all is misposted', () => {
  const withCounts = (wrong: MemberRecord['counts']) =>
    broken({ members: [{ userId: 'u', passId, postings, counts: wrong }] }, billed);
  expect(withCounts({ ...counts, points: 5 })).toEqual([['misposted']]);
  expect(withCounts({ ...counts, bills: 4 })).toEqual([['misposted']]);
  expect(withCounts({ ...counts, adjustments: 0 })).toEqual([['misposted']]);
  expect(withCounts(undefined)).toHaveLength(3);
});

test('a line of a batch that is counted twice, not at all, or waits for ever is miscounted', () => {
  const right = { lines: 3, accepted: 2, delivered: 2, refused: 1, pending: 0 };
  const withCounts = (counts: Batch['counts']) => broken({ batches: [{ batchId: 'b', lines: 3, refused: 1, counts }] });
  expect(withCounts(right)).toEqual([]);
  for (const wrong of [{ lines: 4 }, { accepted: 3 }, { delivered: 1 }, { refused: 0 }, { pending: 1 }]) {
    expect(withCounts({ ...right, ...wrong })).toEqual([['miscounted']]);
  }
  expect(withCounts(undefined)).toEqual([['miscounted']]);
});
