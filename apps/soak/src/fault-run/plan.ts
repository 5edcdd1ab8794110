/** What a fault run does, drawn from its seed before it begins: the changes of each pass in a mixed order, and the kills. */
import { pick, type Random, randomOf } from '../random.ts';

/** How large a fault run is. */
export interface Size {
  seed: string;
  updates: number;
  passes: number;
  /** How often the merchant's runtime is killed, and how often the gateway's. */
  kills: number;
  gatewayKills: number;
}

/** A change of a pass. The n-th update of a pass carries more points than the one before. */
export interface Step {
  passId: string;
  points: number | 'close';
}

/** When something is killed. */
export interface Kill {
  whom: 'merchant' | 'gateway';
  /** After so many steps; as many as there are: once all of them were accepted, with deliveries still to come. */
  after: number;
  /** Milliseconds later. */
  pause: number;
}

export interface Plan {
  passIds: string[];
  steps: Step[];
  /** In the order in which they are due. */
  kills: Kill[];
}

/** One pass in so many is closed, half of them before their last update, which is refused then. */
const oneClosedIn = 8;

/** Draws the plan of a run. */
export function planOf({ seed, updates, passes, kills, gatewayKills }: Size): Plan {
  const random = randomOf(seed, 'steps');
  const passIds = Array.from({ length: passes }, (_, index) => `20261122${String(index).padStart(14, '0')}`);
  const points = new Map(passIds.map((passId) => [passId, 0]));
  const steps: Step[] = [];
  for (let count = 0; count < updates; count++) {
    // Each pass once, then by chance: some passes get bursts.
    const passId = passIds[count < passes ? count : pick(random, passes)] as string;
    const next = (points.get(passId) ?? 0) + 1 + pick(random, 9);
    points.set(passId, next);
    steps.push({ passId, points: next });
  }
  for (const [index, passId] of passIds.entries()) {
    if (index % oneClosedIn !== 0) continue;
    const early = (index / oneClosedIn) % 2 === 1;
    const at = early ? steps.findLastIndex((step) => step.passId === passId) : steps.length;
    steps.splice(at, 0, { passId, points: 'close' });
  }
  return {
    passIds,
    steps,
    kills: killsOf(randomOf(seed, 'kills'), steps.length, { merchant: kills, gateway: gatewayKills }),
  };
}

function killsOf(random: Random, steps: number, counts: Record<Kill['whom'], number>): Kill[] {
  const drawn = Object.entries(counts).flatMap(([whom, count]) =>
    Array.from({ length: count }, (_, index): Kill => {
      // The merchant's last one when nothing comes in any more that could wake a outbox.
      const isLast = whom === 'merchant' && index === count - 1;
      const after = isLast ? steps : pick(random, steps);
      return { whom: whom as Kill['whom'], after, pause: pick(random, 150) };
    }),
  );
  return drawn.toSorted((a, b) => a.after - b.after);
}
