/** The parts of a report: where it was made, figures, tables. */
import { cpus, release, type } from 'node:os';

/** The day and the machine, for a report's first line. */
export function machine(): string {
  const [cpu] = cpus();
  const day = new Date().toISOString().slice(0, 10);
  return `${day}, ${cpu?.model.trim() ?? 'unknown processor'}, ${cpus().length} cores, ${type()} ${release()}`;
}

/** A Markdown table that reads as well in a terminal: the first row is the head, the first column is left-aligned. */
export function table(rows: string[][]): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const line = (cells: string[]): string => `| ${cells.join(' | ')} |`;
  const lines = rows.map((row) =>
    line(widths.map((width, column) => (row[column] ?? '')[column === 0 ? 'padEnd' : 'padStart'](width))),
  );
  const rule = `|${widths.map((width, column) => `${'-'.repeat(width + 1)}${column === 0 ? '-' : ':'}`).join('|')}|`;
  return [lines[0], rule, ...lines.slice(1)].join('\n');
}

/**
 * The value below which `part` (0 to 1) of the sample lies.
 *
 * @throws TypeError for an empty sample
 */
export function quantile(sample: readonly number[], part: number): number {
  const sorted = sample.toSorted((a, b) => a - b);
  const value = sorted[Math.round((sorted.length - 1) * part)];
  if (value === undefined) throw new TypeError('sample is empty; expected at least one value');
  return value;
}

/** The middle value of the sample. */
export function median(sample: readonly number[]): number {
  return quantile(sample, 0.5);
}

function mean(sample: readonly number[]): number {
  return sample.reduce((sum, value) => sum + value, 0) / sample.length;
}

/** A comparison of two means. */
export interface Welch {
  /** Mean of the first sample less that of the second. */
  difference: number;
  standardError: number;
  t: number;
}

/** Welch's t-test, for samples of unequal variance. */
export function welch(a: readonly number[], b: readonly number[]): Welch {
  const squaredError = (sample: readonly number[]): number => {
    const center = mean(sample);
    const sum = sample.reduce((total, value) => total + (value - center) ** 2, 0);
    return sum / (sample.length - 1) / sample.length;
  };
  const difference = mean(a) - mean(b);
  const standardError = Math.sqrt(squaredError(a) + squaredError(b));
  return { difference, standardError, t: difference / standardError };
}
