/** The steps of a fault run, carried out: each until the merchant's Worker has replied, those of one pass one after the other. */
import { setTimeout as sleep } from 'node:timers/promises';
import { look, postAdjustment, postBatch, putChange } from './caller.ts';
import type { Accepted, Batch, Confirmed } from './history.ts';
import type { Kill, Posting, Step } from './plan.ts';
import type { Setup } from './setup.ts';

/** What was accepted, and what it took. */
export interface CarriedOut {
  accepted: Accepted[];
  batches: Omit<Batch, 'counts'>[];
  /** Those that the Worker replied to, in order. */
  postings: Posting[];
  /** How often something was sent, and how many changes were refused, as after a close. */
  tries: number;
  refused: number;
}

/** What `carryOut` takes besides the steps. */
export interface CarryOutOptions {
  kills: readonly Kill[];
  /** Longest time in milliseconds. */
  limit: number;
  note: (confirmed: readonly Confirmed[]) => void;
  log: (line: string) => void;
  /** Called with how many steps are done. */
  onStep: (done: number) => void;
}

/** How many steps are carried out at once. */
const callers = 16;
/** One look at an outbox in so many steps: its attempts are kept for a while only. */
const oneLookIn = 4;
/** Milliseconds between two tries of a bill. */
const pause = 50;

/** Carries out every step, and kills when it is time. */
export async function carryOut(
  setup: Setup,
  steps: readonly Step[],
  { kills, limit, note, log, onStep }: CarryOutOptions,
): Promise<CarriedOut> {
  const failed = new AbortController();
  const signal = AbortSignal.any([AbortSignal.timeout(limit), failed.signal]);
  const result: CarriedOut = { accepted: [], batches: [], postings: [], tries: 0, refused: 0 };
  const latest = new Map<string, Promise<unknown>>();
  const killing = new Map<Kill['whom'], Promise<void>>();
  const waiting = [...kills];
  let [done, next] = [0, 0];

  const killWhatIsDue = (): void => {
    while (waiting[0] !== undefined && waiting[0].after <= done) {
      const { whom, pause } = waiting.shift() as Kill;
      const before = killing.get(whom) ?? Promise.resolve();
      const killed = before.then(async () => {
        await sleep(pause);
        log(`SIGKILL: ${whom}, after ${done} steps`);
        await setup.runtimes[whom].killAndStart();
      });
      killed.catch(() => undefined); // it rejects where it is awaited
      killing.set(whom, killed);
    }
  };
  const work = async (): Promise<void> => {
    for (let index = next++; index < steps.length; index = next++) {
      const step = steps[index] as Step;
      const passIds = passesOf(step);
      const earlier = passIds.map((passId) => latest.get(passId));
      const running = Promise.all(earlier).then(() => carryOutOne(setup, step, result, signal));
      for (const passId of passIds) latest.set(passId, running);
      await running;
      done++;
      onStep(done);
      const [passId = ''] = passIds;
      if (index % oneLookIn === 0) note((await look(setup.merchant, passId))?.confirmed ?? []);
      killWhatIsDue();
    }
  };
  killWhatIsDue();
  try {
    await Promise.all(Array.from({ length: callers }, work));
    await Promise.all(killing.values());
  } finally {
    failed.abort(); // nothing goes on in the background
  }
  return result;
}

function passesOf(step: Step): string[] {
  return 'lines' in step ? [...new Set(step.lines.map(({ passId }) => passId))] : [step.passId];
}

async function carryOutOne(setup: Setup, step: Step, result: CarriedOut, signal: AbortSignal): Promise<void> {
  const { merchant } = setup;
  if ('kind' in step) {
    const tries = await post(setup, step, signal);
    result.tries += tries; // not before the await: others add to it meanwhile
    result.postings.push(step);
    return;
  }
  if (!('lines' in step)) {
    const { tries, accepted } = await putChange(merchant, step, signal);
    result.tries += tries;
    if (accepted) result.accepted.push(accepted);
    else result.refused++;
    return;
  }
  const { tries, batchId } = await postBatch(merchant, step, signal);
  result.tries += tries;
  // Nothing else changes these passes meanwhile, so which of them are closed is known.
  const isClosed = ({ passId }: { passId: string }): boolean =>
    result.accepted.some((each) => each.passId === passId && each.points === 'close');
  const refused = step.lines.filter(isClosed).length;
  result.refused += refused;
  result.accepted.push(...step.lines.filter((line) => !isClosed(line)).map((line) => ({ ...line, revision: null })));
  result.batches.push({ batchId, lines: step.lines.length, refused });
}

/** Posts a bill or an adjustment until it is taken, and once more where the plan says so. @returns how often it was sent */
async function post(setup: Setup, posting: Posting, signal: AbortSignal): Promise<number> {
  let tries = 0;
  for (let times = posting.isRepeated ? 2 : 1; times > 0; times--) {
    tries +=
      posting.kind === 'bill'
        ? await notify(setup, posting, signal)
        : await postAdjustment(setup.merchant, posting, signal);
  }
  return tries;
}

/** Notifies a bill, as AlipayHK does, until the reply is S. @throws Error for F */
async function notify({ notifyBill }: Setup, { userId, id, points }: Posting, signal: AbortSignal): Promise<number> {
  const bill = {
    userId,
    billNo: id,
    // A point a dollar, and some cents that are lost.
    orderAmount: { currency: 'HKD', value: `${points * 100 + 50}` },
    payTime: '2026-11-22T12:00:00+08:00',
    pointsProvider: 'ALIPAYHK',
  };
  for (let tries = 1; ; tries++) {
    signal.throwIfAborted();
    const status = await notifyBill(bill).then(
      ({ resultInfo }) => resultInfo.resultStatus,
      () => undefined, // killed, or not up yet
    );
    if (status === 'S') return tries;
    if (status === 'F') throw new Error(`bill ${id}: received F`);
    await sleep(pause, undefined, { signal });
  }
}
