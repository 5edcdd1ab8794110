/** What goes wrong when: a plan of phases, drawn from the seed. The last one is calm, so that everything comes to rest. */
import { onlyS, type Replies } from './gateway.ts';
import type { Scheduler } from './scheduler.ts';
import { type Faults, noFaults, type World } from './world.ts';

export interface Phase {
  /** Milliseconds from the begin. */
  from: number;
  faults: Faults;
  replies: Replies;
}

const minute = 60_000;

/** A quiet hour, a rough one, an outage of 1, 20 or 60 minutes, a wrong key: by chance, until the time is over. */
export function planOf(scheduler: Scheduler, duration: number): Phase[] {
  const phases: Phase[] = [];
  for (let from = 0; from < duration; ) {
    const kind = scheduler.below(6);
    const rough = {
      faults: {
        ...{ lostAlarm: 0.02, stuckAlarm: 0.01, lateAlarm: 0.05, doubledAlarm: 0.05, slowDisk: 0.01 },
        ...{ lostCall: 0.01, lostReply: 0.01, kill: 0.05, clockBack: 0.05 },
      },
      replies: { ...onlyS, refused: 0.01, unknown: 0.03, lost: 0.02, forged: 0.01, congested: 0.005 },
    };
    if (kind === 0) phases.push({ from, faults: noFaults, replies: onlyS });
    else if (kind === 1) phases.push({ from, ...rough, replies: { ...onlyS, outage: true } });
    else if (kind === 2) phases.push({ from, ...rough, replies: { ...onlyS, wrongKey: true } });
    else phases.push({ from, ...rough });
    const isShort = kind === 1 || kind === 2;
    from += isShort ? scheduler.pick([1, 20, 60]) * minute : scheduler.between(30, 300) * minute;
  }
  return [...phases, { from: duration, faults: noFaults, replies: onlyS }];
}

/** Has the phases begin. */
export function follow(world: World, phases: readonly Phase[]): void {
  for (const { from, faults, replies } of phases) {
    world.scheduler.after(from, 'phase', () => {
      world.faults = faults;
      world.gateway.replies = replies;
    });
  }
}
