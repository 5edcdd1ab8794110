/**
 * Rules for the history of a fault run: nothing is lost or reordered, one request per pass is in flight, nothing confirmed
 * is sent again, nothing follows a close, only verified results are recorded, and every line, bill and adjustment counts
 * once.
 */
import type { Batch, Confirmed, GatewayPass, History, MemberRecord, Outbox, Received } from './history.ts';

/** The rules by name. */
export const rules = {
  lost: 'the last change that was accepted is what the gateway has, unless it refused it and the merchant kept it',
  renumbered: 'accepted changes have consecutive revisions, even if a call was repeated',
  reordered: 'what the gateway receives and applies of a pass never grows older',
  invented: 'the gateway receives nothing that was not accepted',
  overlapping: 'one request per pass is in flight at a time',
  repeated: 'what AlipayHK confirmed and the merchant recorded is not sent again',
  'after a close': 'nothing but the close itself follows a close',
  believed: 'only a verified S is recorded as delivered, and only a verified F as refused',
  forgotten: 'what was recorded as delivered stays so',
  unsettled: 'every outbox comes to rest',
  unbilled: 'each bill with points takes effect as a transaction of its own, once and in order',
  misposted: 'each bill and each adjustment counts once with its member',
  miscounted: 'each line of a batch is counted once',
} as const;

/** One place where a rule is broken. */
export interface Violation {
  rule: keyof typeof rules;
  /** The pass, member or batch. */
  subject: string;
  /** What was expected, and what was found. */
  text: string;
  /** Ids of the ledger entries that show it. */
  entries: number[];
}

/** Faults after which the reply is still true and still verifies. */
const harmless: readonly (string | null)[] = [null, 'delay', 'result-for-resultInfo', 'plain-reply'];
// Nothing is given up in a fault run, so discarded would be a loss.
const settledStates: readonly string[] = ['delivered', 'closed', 'dead'];

/** Everything in a history that breaks a rule, pass by pass. */
export function violationsOf(history: History): Violation[] {
  const accepted = Map.groupBy(history.accepted, byPass);
  const received = Map.groupBy(history.received, byPass);
  const exchanges = Map.groupBy(history.exchanges, byPass);
  const confirmed = Map.groupBy(history.confirmed, byPass);
  const outboxes = new Map(history.outboxes.map((outbox) => [outbox.passId, outbox]));
  const passes = new Map(history.passes.map((pass) => [pass.passId, pass]));
  const ids = new Set([...accepted.keys(), ...received.keys(), ...exchanges.keys(), ...confirmed.keys()]);
  const ofPasses = [...ids].flatMap((passId): Violation[] => {
    const side: Side = {
      passId,
      accepted: accepted.get(passId) ?? [],
      received: (received.get(passId) ?? []).toSorted((a, b) => a.id - b.id),
      exchanges: (exchanges.get(passId) ?? []).toSorted((a, b) => a.from - b.from),
      confirmed: confirmed.get(passId) ?? [],
      outbox: outboxes.get(passId),
      pass: passes.get(passId),
    };
    const found = checks.flatMap((check) => [...check(side)]);
    return found.map((each) => ({ subject: `pass ${passId}`, entries: [], ...each }));
  });
  const ofMembers = history.members.flatMap((member) => {
    const found = [...unbilled(member, received.get(member.passId) ?? []), ...misposted(member)];
    return found.map((each) => ({ subject: `member ${member.userId}`, entries: [], ...each }));
  });
  const ofBatches = history.batches.flatMap((batch) =>
    [...miscounted(batch)].map((each) => ({ subject: `batch ${batch.batchId}`, entries: [], ...each })),
  );
  return [...ofPasses, ...ofMembers, ...ofBatches];
}

/** The history of one pass, in order. */
interface Side extends Pick<History, 'accepted' | 'received' | 'exchanges' | 'confirmed'> {
  passId: string;
  outbox: Outbox | undefined;
  pass: GatewayPass | undefined;
}

type Found = Iterable<Omit<Violation, 'subject' | 'entries'> & { entries?: number[] }>;

const checks: ((side: Side) => Found)[] = [
  lost,
  renumbered,
  reordered,
  invented,
  overlapping,
  repeated,
  afterClose,
  believed,
  forgotten,
  unsettled,
];

function* lost({ accepted, received, outbox, pass }: Side): Found {
  const last = accepted.at(-1);
  if (last === undefined || outbox?.dead) return; // `believed` checks dead letters
  const { points, closed } = pass ?? { points: null, closed: false };
  const has = closed ? 'close' : points;
  if (has !== last.points) {
    const entries = received.slice(-1).map(({ id }) => id);
    yield { rule: 'lost', text: `expected ${last.points} at the gateway, found ${has}`, entries };
  }
  const revision = last.revision ?? accepted.length;
  if (outbox !== undefined && outbox.delivered !== revision) {
    yield { rule: 'lost', text: `expected revision ${revision} delivered, found ${outbox.delivered}` };
  }
}

function* renumbered({ accepted, outbox }: Side): Found {
  for (const [index, { revision, points }] of accepted.entries()) {
    if (revision === null || revision === index + 1) continue;
    yield { rule: 'renumbered', text: `expected revision ${index + 1} for ${points}, found ${revision}` };
  }
  if (outbox !== undefined && outbox.revision !== accepted.length) {
    yield { rule: 'renumbered', text: `expected ${accepted.length} revisions at the end, found ${outbox.revision}` };
  }
}

function* reordered({ received }: Side): Found {
  const applied = received.filter((entry) => entry.applied !== null);
  const byEffect = applied.toSorted((a, b) => (a.applied ?? 0) - (b.applied ?? 0));
  for (const [verb, entries] of Object.entries({ received, applied: byEffect })) {
    for (const [before, after] of pairs(entries)) {
      if (ageOf(after) >= ageOf(before)) continue;
      const text = `expected ${before.points} or newer ${verb}, found ${after.points}`;
      yield { rule: 'reordered', text, entries: [before.id, after.id] };
    }
  }
}

function* invented({ accepted, received }: Side): Found {
  const known = new Set(accepted.map(({ points }) => points));
  for (const { id, points } of received) {
    if (known.has(points)) continue;
    yield { rule: 'invented', text: `expected a change that was accepted, found ${points}`, entries: [id] };
  }
}

function* overlapping({ exchanges, received }: Side): Found {
  for (const [before, after] of pairs(exchanges)) {
    if (after.from >= before.until) continue;
    const entries = received.filter(({ exchangeId }) => exchangeId === before.id || exchangeId === after.id);
    const text = `expected the end of exchange ${before.id}, found ${after.id} ${milliseconds(before.until - after.from)} before it`;
    yield { rule: 'overlapping', text, entries: entries.map(({ id }) => id) };
  }
}

function* repeated({ confirmed, received }: Side): Found {
  for (const first of received) {
    if (!confirmed.some(({ tracerId }) => tracerId === first.tracerId)) continue;
    for (const later of received) {
      if (later.id <= first.id || ageOf(later) !== ageOf(first)) continue;
      const text = `expected no request with ${first.points} after it was confirmed, found one`;
      yield { rule: 'repeated', text, entries: [first.id, later.id] };
    }
  }
}

function* afterClose({ received }: Side): Found {
  const close = received.find(({ points }) => points === 'close');
  for (const { id, points } of received) {
    if (close === undefined || id <= close.id || points === 'close') continue;
    yield { rule: 'after a close', text: `expected nothing, found ${points}`, entries: [close.id, id] };
  }
}

function* believed({ confirmed, received, outbox }: Side): Found {
  for (const { tracerId, revision } of confirmed) {
    const entry = received.find((each) => each.tracerId === tracerId);
    if (entry?.resultStatus === 'S' && entry.applied !== null && harmless.includes(entry.fault)) continue;
    const text = `expected a verified S for revision ${revision}, found ${describe(entry)}`;
    yield { rule: 'believed', text, entries: entry ? [entry.id] : [] };
  }
  const refused = received.some(({ resultStatus, fault }) => resultStatus === 'F' && harmless.includes(fault));
  if (outbox?.dead && !refused) yield { rule: 'believed', text: 'expected a verified F for a dead letter, found none' };
}

function* forgotten({ confirmed, outbox }: Side): Found {
  const highest = highestOf(confirmed);
  if (outbox === undefined || outbox.delivered >= highest) return;
  yield { rule: 'forgotten', text: `expected revision ${highest} delivered, found ${outbox.delivered}` };
}

function* unsettled({ outbox, accepted }: Side): Found {
  if (accepted.length === 0 || (outbox !== undefined && settledStates.includes(outbox.state))) return;
  yield { rule: 'unsettled', text: `expected ${settledStates.join(', ')}, found ${outbox?.state ?? 'no outbox'}` };
}

function* unbilled({ postings }: MemberRecord, received: readonly Received[]): Found {
  const changes = postings.filter(({ points }) => points !== 0);
  const expected = changes
    .map(({ kind, id }, index) => ({ kind, billNo: id, points: index + 1 }))
    .filter(({ kind }) => kind === 'bill');
  const applied = received
    .filter((entry) => entry.applied !== null && entry.billNo !== null)
    .toSorted((a, b) => (a.applied ?? 0) - (b.applied ?? 0))
    // After an unknown outcome the same request goes again, at once.
    .filter(({ billNo }, index, all) => billNo !== all[index - 1]?.billNo);
  for (let index = 0; index < Math.max(expected.length, applied.length); index++) {
    const [bill, entry] = [expected[index], applied[index]];
    if (bill?.billNo === entry?.billNo && bill?.points === entry?.points) continue;
    const text = `expected bill ${bill?.billNo ?? 'none'} with posting ${bill?.points ?? 'none'}, found ${entry?.billNo ?? 'none'} with ${entry?.points ?? 'none'}`;
    yield { rule: 'unbilled', text, entries: entry ? [entry.id] : [] };
    return; // all that follow are shifted
  }
}

function* misposted({ postings, counts }: MemberRecord): Found {
  const of = (kind: string): number => postings.filter((posting) => posting.kind === kind).length;
  const expected = { points: postings.at(-1)?.total ?? 0, bills: of('bill'), adjustments: of('adjustment') };
  for (const [name, value] of Object.entries(expected)) {
    const found = counts?.[name as keyof typeof expected];
    if (found !== value) yield { rule: 'misposted', text: `expected ${value} ${name}, found ${found ?? 'no member'}` };
  }
}

function* miscounted({ lines, refused, counts }: Batch): Found {
  const { accepted = 0, delivered = 0, pending = 0 } = counts ?? {};
  const isRight =
    counts?.lines === lines &&
    accepted === lines - refused &&
    delivered + counts.refused === lines &&
    counts.refused >= refused &&
    pending === 0;
  if (isRight) return;
  const found = JSON.stringify(counts && { ...counts, malformedLines: undefined, refusedLines: undefined });
  yield { rule: 'miscounted', text: `expected ${lines} lines, ${refused} of them refused at once, found ${found}` };
}

function byPass({ passId }: { passId: string }): string {
  return passId;
}

/** A close is newer than every update. */
function ageOf({ points }: Received): number {
  return points === 'close' ? Number.POSITIVE_INFINITY : points;
}

function pairs<Item>(items: readonly Item[]): [before: Item, after: Item][] {
  return items.slice(1).map((after, index): [Item, Item] => [items[index] as Item, after]);
}

function highestOf(confirmed: readonly Confirmed[]): number {
  return Math.max(0, ...confirmed.map(({ revision }) => revision));
}

function milliseconds(value: number): string {
  return `${value.toFixed(1)} ms`;
}

function describe(entry: Received | undefined): string {
  if (entry === undefined) return 'no entry of this tracer id';
  return `${entry.resultStatus ?? 'no result'}, ${entry.applied === null ? 'not applied' : 'applied'}, ${entry.fault ?? 'no fault'}`;
}
