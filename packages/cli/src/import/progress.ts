/** Progress on standard error: one line that is rewritten on a terminal, a line now and then elsewhere. */
import { printError } from '../output.ts';
import type { Tally } from './run.ts';

/**
 * Shows progress until it is stopped.
 *
 * @param size - of the file in bytes; `undefined` where it is not known
 * @returns a function that ends it
 */
export function showProgress(tally: Tally, size: number | undefined): () => void {
  const { isTTY } = process.stderr;
  const columns = process.stderr.columns || 80; // some terminals say 0
  const started = performance.now();
  const line = (): string => {
    const seconds = Math.max(0.001, (performance.now() - started) / 1000);
    const { done, refused, invalid, unknown, doneBefore, refusedBefore, invalidBefore, read, bytes, requests } = tally;
    const before = doneBefore + refusedBefore + invalidBefore;
    const share = size ? Math.min(1, bytes / size) : undefined;
    const left = share && share < 1 ? `, about ${duration((seconds / share) * (1 - share))} left` : '';
    const counts = [`${done} done`, ...named({ refused, invalid, unknown, before })].join(', ');
    const percent = share === undefined ? `${read} lines` : `${bar(share)} ${Math.floor(share * 100)} %`;
    return `${percent}  ${counts}  ${Math.round(requests / seconds)}/s${left}`;
  };
  const show = (): void => {
    if (isTTY)
      process.stderr.write(
        `\r${line()
          .slice(0, columns - 1)
          .padEnd(columns - 1)}`,
      );
    else printError(line());
  };
  const timer = setInterval(show, isTTY ? 200 : 10_000);
  timer.unref();
  return () => {
    clearInterval(timer);
    if (isTTY) {
      show();
      process.stderr.write('\n');
    }
  };
}

const named = (counts: Record<string, number>): string[] =>
  Object.entries(counts).flatMap(([name, count]) => (count > 0 ? [`${count} ${name}`] : []));

function bar(share: number, width = 24): string {
  const full = Math.round(share * width);
  return `[${'#'.repeat(full)}${'.'.repeat(width - full)}]`;
}

function duration(seconds: number): string {
  const minutes = Math.floor(seconds / 60);
  return minutes > 0 ? `${minutes} min ${Math.floor(seconds % 60)} s` : `${Math.ceil(seconds)} s`;
}
