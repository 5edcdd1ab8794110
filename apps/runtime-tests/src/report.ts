/** What every runner hands to the driver: one line of JSON, the same from each runtime. */
import { suite } from '#suite';
import type { Run } from './test.ts';

/** How a test ended; `error` if it failed, `note` if the runtime had only part of what it asks for. */
export interface Outcome {
  name: string;
  error?: string;
  note?: string;
}

export interface Report {
  /** The runtime's own word for its version. */
  version: string;
  outcomes: Outcome[];
}

const outcomes: Outcome[] = [];

/** The test for the runtime's own runner, and how it ended for the report. */
export function noted(name: string, run: Run): () => Promise<void> {
  return async () => {
    const outcome: Outcome = { name };
    outcomes.push(outcome);
    try {
      const note = await run();
      if (note) outcome.note = note;
    } catch (error) {
      outcome.error = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
      throw error;
    }
  };
}

/** The line, to be printed when all tests have ended. */
export function report(version: string): string {
  return JSON.stringify({ version, outcomes } satisfies Report);
}

/** For a runtime without a runner of its own: all tests, one after the other. */
export async function runAll(version: string): Promise<string> {
  const tests: (() => Promise<void>)[] = [];
  suite((name, run) => tests.push(noted(name, run)));
  for (const test of tests) await test().catch(() => undefined); // its error is noted
  return report(version);
}
