/** What both drivers print, and how they end. */
import type { Result } from './everywhere.ts';

/** Rows as lines of text, the first of them the head. */
export function printTable(rows: string[][]): void {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  for (const row of rows)
    console.log(
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    );
}

/** Notes, failures, and the line that sums up; any failure fails the process. */
export function printEnd(title: string, results: Result[]): void {
  let passed = 0;
  let failed = 0;
  for (const { runtime, outcomes, failures } of results) {
    for (const note of new Set(outcomes.flatMap((outcome) => outcome.note ?? []))) {
      const { length } = outcomes.filter((outcome) => outcome.note === note);
      console.log(`${runtime}, ${length} of the tests: ${note}`);
    }
    for (const { name, error = '' } of failures) console.log(`${runtime} failed: ${name}\n  ${error.slice(0, 500)}`);
    passed += outcomes.filter(({ error }) => !error).length;
    failed += failures.length;
  }
  console.log(`${title}: ${passed} passed, ${failed} failed`);
  process.exitCode = failed === 0 ? 0 : 1;
}
