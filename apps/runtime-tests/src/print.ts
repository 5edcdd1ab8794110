/** What both drivers print, and how they end. */
import type { Result } from './everywhere.ts';

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
