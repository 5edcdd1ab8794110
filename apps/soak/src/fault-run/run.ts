/** A fault run from its plan to its history: carries out the steps, waits for the outboxes, and collects what was recorded. */
import { setTimeout as sleep } from 'node:timers/promises';
import { untilAtRest } from './at-rest.ts';
import { type Merchant, readBatch, readMember, registerMember, retryAll } from './caller.ts';
import { carryOut } from './carry-out.ts';
import { beginChaos, createPasses, readGateway } from './gateway.ts';
import type { Accepted, Confirmed, History, MemberRecord } from './history.ts';
import { type Kill, type Member, type Posting, planOf, type Size } from './plan.ts';
import { setUp } from './setup.ts';
import { exchangesOf } from './wire.ts';

/** What `faultRun` takes besides the size. */
export interface RunOptions extends Size {
  /** The share of requests that meet a fault: at least 0 and below 1. */
  rate: number;
  /** Longest time in milliseconds for the changes to be accepted, and again for the outboxes to come to rest. */
  limit: number;
  /** Gets a line for what happens. */
  log?: (line: string) => void;
  /** Gets how many steps are done, of how many, and then how many outboxes are at rest, of how many. */
  onProgress?: (what: 'steps' | 'outboxes at rest', done: number, total: number) => void;
}

/** What a fault run was, besides its history. */
export interface FaultRun {
  history: History;
  /** How often something was sent to the merchant's Worker, and how many changes it refused, as after a close. */
  tries: number;
  refused: number;
  kills: Kill[];
  /** Milliseconds of the whole, and from when everything was accepted until every outbox was at rest. */
  duration: number;
  draining: number;
}

/** Runs it and stops everything that was started. */
export async function faultRun(options: RunOptions): Promise<FaultRun> {
  const { seed, rate, limit, log = () => undefined, onProgress = () => undefined } = options;
  const start = performance.now();
  const { passIds, members, steps, kills } = planOf(options);
  await using started = new AsyncDisposableStack();
  const setup = await setUp(started);
  const { sandbox, merchant, runtimes, wire } = setup;
  const { clientId } = sandbox;
  const { merchantId, userId } = merchant;
  await createPasses(runtimes.gateway.url, [
    ...passIds.map((passId) => ({ passId, clientId, merchantId, userId })),
    ...members.map((member) => ({ ...member, clientId, merchantId })),
  ]);
  for (const member of members) await registerMember(merchant, member, AbortSignal.timeout(limit));
  await beginChaos(runtimes.gateway.url, { seed, rate });
  const say = (line: string): void => log(`${seconds(start)} ${line}`);
  say(`ready: ${steps.length} steps, ${passIds.length} passes, ${members.length} members`);

  const seen = new Map<string, Confirmed>();
  const note = (confirmed: readonly Confirmed[]): void => {
    for (const each of confirmed) seen.set(each.tracerId, each);
  };
  const onStep = (done: number): void => onProgress('steps', done, steps.length);
  const done = await carryOut(setup, steps, { kills, limit, note, log: say, onStep });
  say(`accepted: ${done.accepted.length} changes, ${done.postings.length} postings, ${done.tries} tries`);
  const rest = performance.now();
  const counts = await untilHandedOver(merchant, members, limit);
  const all = [...passIds, ...members.map(({ passId }) => passId)];
  const outboxes = await untilAtRest(merchant, all, limit, note, (done) =>
    onProgress('outboxes at rest', done, all.length),
  );
  const draining = performance.now() - rest;
  say('at rest');
  const records = members.map(({ userId, passId }): MemberRecord => {
    const postings = done.postings.filter((posting) => posting.userId === userId);
    return { userId, passId, postings, counts: counts.get(userId) };
  });
  const batches = await Promise.all(
    done.batches.map(async (batch) => ({ ...batch, counts: await readBatch(merchant, batch.batchId) })),
  );
  const { received, passes } = await readGateway(runtimes.gateway.url, clientId);
  const history: History = {
    accepted: [...done.accepted, ...records.flatMap(({ postings }) => acceptedOf(postings))],
    ...numbered({ received, passes }, records),
    outboxes,
    batches,
    members: records,
    exchanges: exchangesOf(wire.exchanges),
    confirmed: [...seen.values()],
  };
  const { tries, refused } = done;
  return { history, tries, refused, kills, duration: performance.now() - start, draining };
}

/** The postings that change the points, as changes of the pass: numbers that grow, for points may fall. */
function acceptedOf(postings: readonly Posting[]): Accepted[] {
  const changes = postings.filter(({ points }) => points !== 0);
  return changes.map(({ passId }, index) => ({ passId, points: index + 1, revision: null }));
}

/** What the gateway has, with the number of the posting in place of a member's points; 0 for points that it never had. */
function numbered(
  { received, passes }: Pick<History, 'received' | 'passes'>,
  members: readonly MemberRecord[],
): Pick<History, 'received' | 'passes'> {
  const totals = new Map(
    members.map(({ passId, postings }) => [
      passId,
      postings.filter(({ points }) => points !== 0).map(({ total }) => total),
    ]),
  );
  const number = <Points>(passId: string, points: Points): Points | number => {
    const known = totals.get(passId);
    return known && typeof points === 'number' ? known.indexOf(points) + 1 : points;
  };
  return {
    received: received.map((entry) => ({ ...entry, points: number(entry.passId, entry.points) })),
    passes: passes.map((pass) => ({ ...pass, points: number(pass.passId, pass.points) })),
  };
}

/** Looks at every member until its pass was handed every change, or the time is up. */
async function untilHandedOver(
  merchant: Merchant,
  members: readonly Member[],
  limit: number,
): Promise<Map<string, MemberRecord['counts']>> {
  const end = performance.now() + limit;
  const counts = new Map<string, MemberRecord['counts']>();
  for (;;) {
    for (const { userId } of members.filter((each) => !counts.has(each.userId))) {
      const member = await readMember(merchant, userId);
      if (member?.pending === 0) counts.set(userId, member);
    }
    if (counts.size === members.length || performance.now() > end) return counts;
    await retryAll(merchant);
    await sleep(500);
  }
}

function seconds(start: number): string {
  return `${((performance.now() - start) / 1000).toFixed(1).padStart(6)} s `;
}
