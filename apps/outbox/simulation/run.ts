/** One run of the simulation, from a seed: callers, faults, and what must hold in the meantime and in the end. */
import { type Batches, sendBatch } from './batch-caller.ts';
import { endOf } from './invariants.ts';
import { MemberCaller } from './member-caller.ts';
import { Operator } from './operator.ts';
import { PassCaller } from './pass-caller.ts';
import { follow, planOf } from './phases.ts';
import { Scheduler } from './scheduler.ts';
import { World } from './world.ts';

export interface RunOptions {
  seed: number;
  /** Simulated days. */
  days: number;
  /** Changes that callers ask for, about. */
  updates: number;
  passes: number;
  members: number;
  /** Gets at every event how many days are over, and how many changes were accepted. */
  onTime?: ((days: number, accepted: number) => void) | undefined;
  /** Gets every line of the record. */
  onNote?: ((line: string) => void) | undefined;
}

export interface RunResult {
  seed: number;
  problems: string[];
  accepted: number;
  requests: number;
  events: number;
  /** Of the record: two runs of one seed have the same. */
  digest: string;
  counts: Record<string, number>;
}

const day = 86_400_000;
export const start = Date.UTC(2026, 10, 22);

/** Variables of the simulated Worker. */
export const vars = {
  ...{ API_TOKEN: 'a-token-of-the-simulation', CLIENT_CERTIFICATE: 'off', SHARDS: '3' },
  ...{ RATE_PER_SECOND: '60', IN_FLIGHT: '15', TIMEOUT_MS: '10000', BACKOFF_MS: '1000', UNANSWERED_PAUSE_MS: '5000' },
  ...{ RUN_SENDS: '100', STALE_AFTER: '600', COALESCE_BILLS: 'off' },
  ...{ ALERT_URL: 'https://alerts.test/', ALERT_SECRET: 'a-secret-of-the-simulation', LOCATION_HINT: 'apac' },
  POINTS_FIELDS: [{ name: 'points' }],
  LEVEL_FIELDS: [{ name: 'level' }],
};

export async function run({ seed, days, updates, passes, members, onTime, onNote }: RunOptions): Promise<RunResult> {
  const scheduler = new Scheduler(seed, start);
  scheduler.onNote = onNote;
  const world = new World(scheduler, vars);
  const duration = days * day;
  follow(world, planOf(scheduler, duration));

  const callers = Array.from({ length: passes }, (_, index) => new PassCaller(world, `P${index}`));
  const memberCallers = Array.from(
    { length: members },
    (_, index) => new MemberCaller(world, `U${index}`, `C${index}`),
  );
  const batches: Batches = new Map();
  const operator = new Operator(world, callers);

  const linesAtOnce = Math.min(40, Math.ceil(passes / 4));
  // A tenth comes by itself, a twentieth as bills, the rest in batches.
  const every = (count: number, name: string, act: () => void): void => {
    const pause = duration / Math.max(1, count);
    const next = (): void => {
      if (scheduler.time >= start + duration) return;
      act();
      scheduler.after(scheduler.between(0, 2 * pause), name, next);
    };
    scheduler.after(scheduler.between(0, pause), name, next);
  };
  const busy = async (all: readonly { isBusy: boolean }[], work: () => Promise<void>): Promise<void> => {
    for (const each of all) each.isBusy = true;
    await work();
    for (const each of all) each.isBusy = false;
  };
  every(updates * 0.1, 'put', () => {
    const caller = scheduler.pick(callers);
    if (caller.isBusy) return;
    const isClose = scheduler.chance(Math.min(0.02, passes / updates));
    // Some passes get several changes in a row, while the first one is in flight.
    const times = scheduler.chance(0.2) ? 4 : 1;
    void busy([caller], async () => {
      if (isClose) return caller.close();
      for (let time = 0; time < times; time += 1) await caller.put();
    });
  });
  every((updates * 0.85) / linesAtOnce, 'batch', () => {
    const first = scheduler.below(passes);
    const chosen = Array.from({ length: linesAtOnce }, (_, n) => callers[(first + n) % passes] as PassCaller).filter(
      (caller) => !caller.isBusy && !caller.isClosed,
    );
    if (chosen.length > 0) void busy(chosen, () => sendBatch(world, chosen, batches));
  });
  every(updates * 0.05, 'post', () => {
    const caller = scheduler.pick(memberCallers);
    if (!caller.isBusy) void busy([caller], () => caller.post());
  });
  for (const caller of memberCallers) void busy([caller], () => caller.register());
  every(days * 24, 'operate', () => void operator.work());

  await scheduler.run(start + duration, () => {
    onTime?.((scheduler.time - start) / day, world.events.get('accepted') ?? 0);
    return world.gateway.problems.length > 0;
  });
  if (world.gateway.problems.length === 0) await endOf({ world, callers, memberCallers, batches, operator });

  return {
    seed,
    problems: world.gateway.problems,
    accepted:
      callers.reduce((sum, { accepted }) => sum + accepted, 0) +
      memberCallers.reduce((sum, { bills }) => sum + bills.length, 0),
    requests: world.gateway.requests,
    events: scheduler.events,
    digest: scheduler.digest(),
    counts: Object.fromEntries([...world.events].sort(([a], [b]) => (a < b ? -1 : 1))),
  };
}
