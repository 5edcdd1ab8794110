/** A fault run in words and counts. */
import type { Size } from './plan.ts';
import type { FaultRun } from './run.ts';
import { rules, type Violation } from './violations.ts';

/** Most violations that are printed one by one. */
const shown = 50;

/** The report of a run, several lines. */
export function reportOf(run: FaultRun, violations: readonly Violation[], size: Size & { rate: number }): string {
  const { history, tries, refused, kills, duration, draining } = run;
  const { accepted, received, exchanges, outboxes, confirmed, batches, members } = history;
  const sent = new Set(received.map(({ passId, points }) => `${passId} ${points}`));
  const killed = (name: string): number => kills.filter(({ whom }) => whom === name).length;
  const posted = (kind: string): number =>
    sum(members.map(({ postings }) => postings.filter((posting) => posting.kind === kind).length));
  const { seed, updates, passes, rate } = size;
  const rows: [string, string | number][] = [
    ['seed', `${seed} (${updates} updates, ${passes} passes, faults in ${rate} of all requests)`],
    ['accepted', `${accepted.length} changes in ${tries} tries; ${refused} refused after a close`],
    ['of these in batches', `${sum(batches.map(({ lines }) => lines))} lines of ${batches.length} batches`],
    ['members', `${members.length} with ${posted('bill')} bills and ${posted('adjustment')} adjustments`],
    ['killed', `merchant ${killed('merchant')} times, gateway ${killed('gateway')} times`],
    ['sent', `${exchanges.length} requests, ${received.length} of them verified at the gateway`],
    ['applied', received.filter(({ applied }) => applied !== null).length],
    ['overtaken', `${accepted.length - sent.size} changes that a newer one replaced before they were sent`],
    ['recorded as delivered', `${confirmed.length} requests`],
    ['dead letters', outboxes.filter(({ dead }) => dead).length],
    ['duration', `${(duration / 1000).toFixed(0)} s, the draining ${(draining / 1000).toFixed(0)} s of it`],
  ];
  const lines = rows.map(([name, value]) => `${name.padEnd(24)}${value}`);
  const faults = Map.groupBy(received, ({ fault }) => fault ?? 'none');
  const counts = [...faults].map(([name, entries]) => `${name} ${entries.length}`).toSorted();
  const found = violations.slice(0, shown).map(({ rule, subject, text, entries }) => {
    return `${rule}: ${subject}: ${text}${entries.length > 0 ? ` (ledger ${entries.join(', ')})` : ''}`;
  });
  const rest = violations.length > shown ? [`and ${violations.length - shown} more`] : [];
  const verdict = Object.entries(rules).map(([rule, meaning]) => {
    const broken = violations.filter((violation) => violation.rule === rule).length;
    return `${broken === 0 ? 'held  ' : 'BROKEN'}  ${rule}: ${meaning}${broken === 0 ? '' : ` (${broken} times)`}`;
  });
  return [...lines, `${'faults met'.padEnd(24)}${counts.join(', ')}`, '', ...verdict, ...found, ...rest].join('\n');
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
