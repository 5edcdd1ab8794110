/** The rules of an import run: what the ledger and the passes of the gateway must show once it is at its end. */
import type { GatewayPass, Received } from '../fault-run/history.ts';
import type { Line } from './plan.ts';

/** A rule that is broken. */
export interface ImportViolation {
  /** `lost`: not at its last state; `reordered`: an older state after a newer one; `skipped`: a state never arrived. */
  rule: 'lost' | 'reordered' | 'skipped';
  passId: string;
  /** Ids of the ledger's entries that show it. */
  entries: number[];
}

/**
 * Holds what the gateway has against the lines of the file.
 *
 * @param everyLine - whether every line has to arrive; an outbox may replace one by a newer one of the pass
 */
export function importViolations(
  lines: readonly Line[],
  received: readonly Received[],
  passes: readonly GatewayPass[],
  everyLine: boolean,
): ImportViolation[] {
  const statesOf = Map.groupBy(lines, ({ passId }) => passId);
  const receivedOf = Map.groupBy(received, ({ passId }) => passId);
  const pointsOf = new Map(passes.map(({ passId, points }) => [passId, points]));
  return [...statesOf].flatMap(([passId, states]): ImportViolation[] => {
    const applied = (receivedOf.get(passId) ?? []).filter(({ applied }) => applied !== null);
    const byRevision = applied.toSorted((a, b) => (a.applied ?? 0) - (b.applied ?? 0));
    const violations: ImportViolation[] = [];
    if (pointsOf.get(passId) !== states.at(-1)?.points) {
      violations.push({ rule: 'lost', passId, entries: byRevision.slice(-1).map(({ id }) => id) });
    }
    byRevision.forEach((entry, index) => {
      const before = byRevision[index - 1];
      if (before && Number(entry.points) < Number(before.points)) {
        violations.push({ rule: 'reordered', passId, entries: [before.id, entry.id] });
      }
    });
    const seen = new Set(applied.map(({ points }) => points));
    if (everyLine && states.some(({ points }) => !seen.has(points))) {
      violations.push({ rule: 'skipped', passId, entries: applied.map(({ id }) => id) });
    }
    return violations;
  });
}
