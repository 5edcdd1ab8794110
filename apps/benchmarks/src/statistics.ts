/** The little statistics that the reports need. */

/** The value below which `part` (0 to 1) of the sample lies. */
export function quantile(sample: readonly number[], part: number): number {
  const sorted = sample.toSorted((a, b) => a - b);
  const value = sorted[Math.round((sorted.length - 1) * part)];
  if (value === undefined) throw new TypeError('sample: expected at least one value');
  return value;
}

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
