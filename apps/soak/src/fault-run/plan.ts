/**
 * What a fault run does, drawn from its seed before it begins: changes of passes, alone and in batches, bills and
 * adjustments of members, in a mixed order; and the kills.
 */
import { pick, type Random, randomOf } from '../random.ts';

/** How large a fault run is. */
export interface Size {
  seed: string;
  updates: number;
  passes: number;
  /** Members, each with a pass that nothing but its points changes, and how many bills and adjustments they get together. */
  members: number;
  postings: number;
  /** How often the merchant's runtime is killed, and how often the gateway's. */
  kills: number;
  gatewayKills: number;
}

/** A change of a pass. The n-th update of a pass carries more points than the one before. */
export interface Change {
  passId: string;
  points: number | 'close';
}

/** Updates that go in one batch, in order. */
export interface BatchStep {
  lines: Change[];
}

/** A bill or an adjustment of a member. */
export interface Posting {
  userId: string;
  passId: string;
  kind: 'bill' | 'adjustment';
  /** The bill's number, the adjustment's id. */
  id: string;
  /** What it adds, or takes if it is negative; 0 for a bill that is too small. */
  points: number;
  /** The member's points after it: another total after each posting that changes it. */
  total: number;
  /** It comes a second time. */
  isRepeated: boolean;
}

export type Step = Change | BatchStep | Posting;

/** A member and the pass that shows its points. */
export interface Member {
  userId: string;
  passId: string;
}

/** When something is killed. */
export interface Kill {
  whom: 'merchant' | 'gateway';
  /** After this many steps. The number of all steps means: after the last reply, while deliveries are pending. */
  after: number;
  /** Milliseconds later. */
  pause: number;
}

export interface Plan {
  passIds: string[];
  members: Member[];
  steps: Step[];
  /** In the order in which they are due. */
  kills: Kill[];
}

/** One pass in so many is closed, half of them before their last update, which is refused then. */
const oneClosedIn = 8;
/** The share of steps at which a batch begins, and how many lines it has at most. */
const batches = { share: 0.15, lines: 8 };

/** Draws the plan of a run. */
export function planOf({ seed, updates, passes, members, postings, kills, gatewayKills }: Size): Plan {
  const random = randomOf(seed, 'steps');
  const passIds = Array.from({ length: passes }, (_, index) => idOf(index));
  const points = new Map(passIds.map((passId) => [passId, 0]));
  const changes: Change[] = [];
  for (let count = 0; count < updates; count++) {
    // Each pass once, then by chance: some passes get bursts.
    const passId = passIds[count < passes ? count : pick(random, passes)] as string;
    const next = (points.get(passId) ?? 0) + 1 + pick(random, 9);
    points.set(passId, next);
    changes.push({ passId, points: next });
  }
  for (const [index, passId] of passIds.entries()) {
    if (index % oneClosedIn !== 0) continue;
    const early = (index / oneClosedIn) % 2 === 1;
    const at = early ? changes.findLastIndex((change) => change.passId === passId) : changes.length;
    changes.splice(at, 0, { passId, points: 'close' });
  }
  const owners = Array.from({ length: members }, (_, index) => ({
    userId: `21602200${String(index).padStart(8, '0')}`,
    passId: idOf(passes + index),
  }));
  const steps = mixed(
    inBatches(changes, randomOf(seed, 'batches')),
    postingsOf(owners, postings, randomOf(seed, 'postings')),
    randomOf(seed, 'mix'),
  );
  return {
    passIds,
    members: owners,
    steps,
    kills: killsOf(randomOf(seed, 'kills'), steps.length, { merchant: kills, gateway: gatewayKills }),
  };
}

function idOf(index: number): string {
  return `20261122${String(index).padStart(14, '0')}`;
}

/** Some updates that follow one another go together. */
function inBatches(changes: readonly Change[], random: Random): (Change | BatchStep)[] {
  const steps: (Change | BatchStep)[] = [];
  for (let at = 0; at < changes.length; ) {
    const isBatch = random() < batches.share;
    const most = isBatch ? 2 + pick(random, batches.lines - 1) : 1;
    const next = changes.slice(at, at + most);
    const close = next.findIndex(({ points }) => points === 'close');
    const lines = close === -1 ? next : next.slice(0, close);
    at += Math.max(1, lines.length);
    steps.push(isBatch && lines.length > 0 ? { lines } : (next[0] as Change));
  }
  return steps;
}

/** Bills and adjustments, each member's with another total after each. */
function postingsOf(members: readonly Member[], count: number, random: Random): Posting[] {
  const totals = new Map(members.map(({ userId }) => [userId, [0]]));
  return Array.from({ length: members.length === 0 ? 0 : count }, (_, index): Posting => {
    const member = members[index < members.length ? index : pick(random, members.length)] as Member;
    const before = totals.get(member.userId) as number[];
    const last = before.at(-1) as number;
    const kind = random() < 0.8 ? 'bill' : 'adjustment';
    const isSmall = kind === 'bill' && random() < 0.1;
    const takes = kind === 'adjustment' && random() < 0.5;
    let total = takes ? last - 1 - pick(random, 5) : last + 1 + pick(random, 9);
    if (isSmall) total = last;
    else {
      while (takes && total > 0 && before.includes(total)) total -= 1;
      if (total <= 0 || before.includes(total)) total = Math.max(...before) + 1 + pick(random, 9);
      before.push(total);
    }
    const id = `${member.userId}-${index}`;
    return { ...member, kind, id, points: total - last, total, isRepeated: random() < 0.2 };
  });
}

/** Both in their own order, mixed by chance. */
function mixed(steps: readonly Step[], others: readonly Step[], random: Random): Step[] {
  const places = others.map(() => pick(random, steps.length + 1)).toSorted((a, b) => a - b);
  const mix: Step[] = [];
  let next = 0;
  for (let at = 0; at <= steps.length; at++) {
    while (next < others.length && places[next] === at) mix.push(others[next++] as Step);
    if (at < steps.length) mix.push(steps[at] as Step);
  }
  return mix;
}

function killsOf(random: Random, steps: number, counts: Record<Kill['whom'], number>): Kill[] {
  const drawn = Object.entries(counts).flatMap(([whom, count]) =>
    Array.from({ length: count }, (_, index): Kill => {
      // The merchant's last one when nothing comes in any more that could wake an outbox.
      const isLast = whom === 'merchant' && index === count - 1;
      const after = isLast ? steps : pick(random, steps);
      return { whom: whom as Kill['whom'], after, pause: pick(random, 150) };
    }),
  );
  return drawn.toSorted((a, b) => a.after - b.after);
}
