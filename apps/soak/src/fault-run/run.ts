/** A fault run from its plan to its history: puts changes, kills runtimes, waits for the outboxes, and collects what was recorded. */
import { setTimeout as sleep } from 'node:timers/promises';
import { untilAtRest } from './at-rest.ts';
import { look, putChange } from './caller.ts';
import { beginChaos, createPasses, testimony } from './gateway.ts';
import type { Accepted, Confirmed, History } from './history.ts';
import { type Kill, planOf, type Size, type Step } from './plan.ts';
import { type Stage, setStage } from './stage.ts';
import { exchangesOf } from './wire.ts';

/** What `faultRun` takes besides the size. */
export interface RunOptions extends Size {
  /** The share of requests that meet a fault, 0 to 1. */
  rate: number;
  /** Longest time in milliseconds for the changes to be accepted, and again for the outboxes to come to rest. */
  limit: number;
  /** PutResult of what happens. */
  log?: (line: string) => void;
}

/** What a fault run was, beside its history. */
export interface FaultRun {
  history: History;
  /** How often a change was sent to the merchant's Worker, and how many it refused, as after a close. */
  tries: number;
  refused: number;
  kills: Kill[];
  /** Milliseconds. */
  duration: number;
}

/** How many changes are put at once. */
const tills = 16;
/** One look at a outbox in so many steps while the run is on: its attempts are kept for a while only. */
const oneLookIn = 4;

/** Runs it and stops everything that was started. */
export async function faultRun(options: RunOptions): Promise<FaultRun> {
  const { seed, rate, limit, log = () => undefined } = options;
  const start = performance.now();
  const { passIds, steps, kills } = planOf(options);
  await using started = new AsyncDisposableStack();
  const stage = await setStage(started);
  const { sandbox, merchant, runtimes, wire } = stage;
  const owner = { clientId: sandbox.clientId, merchantId: merchant.merchantId, userId: merchant.userId };
  await createPasses(runtimes.gateway.url, passIds, owner);
  await beginChaos(runtimes.gateway.url, { seed, rate });
  log(`${seconds(start)} ready: ${steps.length} changes of ${passIds.length} passes`);

  const seen = new Map<string, Confirmed>();
  const note = (confirmed: readonly Confirmed[]): void => {
    for (const each of confirmed) seen.set(each.tracerId, each);
  };
  const calls = await putAll(stage, steps, { kills, limit, note, log: (line) => log(`${seconds(start)} ${line}`) });
  log(`${seconds(start)} accepted: ${calls.accepted.length} changes, ${calls.tries} tries`);
  const outboxes = await untilAtRest(stage, passIds, limit, note);
  log(`${seconds(start)} at rest`);
  const { received, passes } = await testimony(runtimes.gateway.url, owner);
  const { accepted, tries, refused } = calls;
  const history = {
    accepted,
    received,
    passes,
    outboxes,
    exchanges: exchangesOf(wire.exchanges),
    confirmed: [...seen.values()],
  };
  return { history, tries, refused, kills, duration: performance.now() - start };
}

interface Telling {
  kills: readonly Kill[];
  limit: number;
  note: (confirmed: readonly Confirmed[]) => void;
  log: (line: string) => void;
}

/** Tells of every step, those of one pass one after the other, and kills when it is time. */
async function putAll({ merchant, runtimes }: Stage, steps: readonly Step[], { kills, limit, note, log }: Telling) {
  const failed = new AbortController();
  const signal = AbortSignal.any([AbortSignal.timeout(limit), failed.signal]);
  const accepted: Accepted[] = [];
  const latest = new Map<string, Promise<unknown>>();
  const killing = new Map<Kill['whom'], Promise<void>>();
  const waiting = [...kills];
  let [tries, refused, done, next] = [0, 0, 0, 0];

  const killWhatIsDue = (): void => {
    while (waiting[0] !== undefined && waiting[0].after <= done) {
      const { whom, pause } = waiting.shift() as Kill;
      const before = killing.get(whom) ?? Promise.resolve();
      const killed = before.then(async () => {
        await sleep(pause);
        log(`SIGKILL: ${whom}, after ${done} steps`);
        await runtimes[whom].killAndStart();
      });
      killed.catch(() => undefined); // it rejects where it is awaited
      killing.set(whom, killed);
    }
  };
  const work = async (): Promise<void> => {
    for (let index = next++; index < steps.length; index = next++) {
      const step = steps[index] as Step;
      const putting = (latest.get(step.passId) ?? Promise.resolve()).then(() => putChange(merchant, step, signal));
      latest.set(step.passId, putting);
      const result = await putting;
      tries += result.tries;
      if (result.accepted) accepted.push(result.accepted);
      else refused++;
      done++;
      if (index % oneLookIn === 0) note((await look(merchant, step.passId))?.confirmed ?? []);
      killWhatIsDue();
    }
  };
  killWhatIsDue();
  try {
    await Promise.all(Array.from({ length: tills }, work));
    await Promise.all(killing.values());
  } finally {
    failed.abort(); // nothing goes on in the background
  }
  return { accepted, tries, refused };
}

function seconds(start: number): string {
  return `${((performance.now() - start) / 1000).toFixed(1).padStart(6)} s `;
}
