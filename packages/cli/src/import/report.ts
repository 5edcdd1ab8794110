/** The report: a line for each line of the file that is not done, and why; made anew from the journal by each run. */
import { closeSync, openSync, renameSync, rmSync, writeSync } from 'node:fs';
import { CommandError, exitCodes } from '../exit.ts';
import type { Journal } from './journal.ts';

const outcomes = { F: 'refused', U: 'unknown', I: 'invalid' } as const;

/**
 * Writes the report in whole or not at all.
 *
 * @returns how many lines it has
 * @throws CommandError when it cannot be written
 */
export async function writeReport(path: string, journal: Journal): Promise<number> {
  const unfinished = `${path}.part`;
  let count = 0;
  try {
    // A file of its own: one that is there may be a link, or readable by others.
    rmSync(unfinished, { force: true });
    const file = openSync(unfinished, 'wx', 0o600);
    try {
      const reported = new Set<number>(); // only of U, which a later run may have repeated
      for await (const { records, lines, outcome, passId, code, message, tracerId } of journal.entries()) {
        for (const [index, record] of records.entries()) {
          if (outcome === 'U' && (journal.outcomeOf(record) || reported.has(record))) continue;
          if (outcome === 'U') reported.add(record);
          const entry = {
            line: lines[index],
            outcome: outcomes[outcome as keyof typeof outcomes],
            passId,
            code,
            message,
            tracerId,
          };
          writeSync(file, `${JSON.stringify(entry)}\n`);
          count++;
        }
      }
    } finally {
      closeSync(file);
    }
    renameSync(unfinished, path);
    return count;
  } catch (error) {
    try {
      rmSync(unfinished, { force: true });
    } catch {
      // the first error says more
    }
    const { code } = error as NodeJS.ErrnoException;
    throw new CommandError(
      `${path} cannot be written: ${code === 'ENOSPC' ? 'the disk is full' : code}`,
      exitCodes.failed,
    );
  }
}
