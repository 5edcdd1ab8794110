/** A fault run in words and counts. */
import type { Size } from './plan.ts';
import type { FaultRun } from './run.ts';
import { rules, type Violation } from './violations.ts';

/** Most violations that are printed one by one. */
const shown = 50;

/** The report of a run, several lines. */
export function reportOf(run: FaultRun, violations: readonly Violation[], size: Size & { rate: number }): string {
  const { history, tries, refused, kills, duration } = run;
  const { accepted, received, exchanges, outboxes, confirmed } = history;
  const sent = new Set(received.map(({ passId, points }) => `${passId} ${points}`));
  const killed = (name: string): number => kills.filter(({ whom }) => whom === name).length;
  const { seed, updates, passes, rate } = size;
  const rows: [string, string | number][] = [
    ['seed', `${seed} (${updates} updates, ${passes} passes, faults in ${rate} of all requests)`],
    ['accepted', `${accepted.length} changes in ${tries} tries; ${refused} refused after a close`],
    ['killed', `merchant ${killed('merchant')} times, gateway ${killed('gateway')} times`],
    ['sent', `${exchanges.length} requests, ${received.length} of them verified at the gateway`],
    ['applied', received.filter(({ applied }) => applied !== null).length],
    ['overtaken', `${accepted.length - sent.size} changes that a newer one replaced before they were sent`],
    ['recorded as delivered', `${confirmed.length} requests`],
    ['dead letters', outboxes.filter(({ dead }) => dead).length],
    ['duration', `${(duration / 1000).toFixed(0)} s`],
  ];
  const lines = rows.map(([name, value]) => `${name.padEnd(24)}${value}`);
  const faults = Map.groupBy(received, ({ fault }) => fault ?? 'none');
  const counts = [...faults].map(([name, entries]) => `${name} ${entries.length}`).toSorted();
  const found = violations.slice(0, shown).map(({ rule, passId, text, entries }) => {
    return `${rule}: pass ${passId}: ${text}${entries.length > 0 ? ` (ledger ${entries.join(', ')})` : ''}`;
  });
  const rest = violations.length > shown ? [`and ${violations.length - shown} more`] : [];
  const verdict = Object.entries(rules).map(([rule, meaning]) => {
    const broken = violations.filter((violation) => violation.rule === rule).length;
    return `${broken === 0 ? 'held  ' : 'BROKEN'}  ${rule}: ${meaning}${broken === 0 ? '' : ` (${broken} times)`}`;
  });
  return [...lines, `${'faults met'.padEnd(24)}${counts.join(', ')}`, '', ...verdict, ...found, ...rest].join('\n');
}
