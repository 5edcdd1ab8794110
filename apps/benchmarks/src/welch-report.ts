/** Welch's t-test over classes of samples, as dudect does it (Reparaz, Balasch, Verbauwhede 2017). */
import { quantile, table, type Welch, welch } from '@alipayhk-pass/harness/report';

/** Beyond this dudect calls a difference probable; beyond 10, certain. */
export const threshold = 4.5;
/** Shares of the samples that are kept, the fastest first: an interruption only ever adds time. */
export const crops = [1, 0.99, 0.95, 0.9, 0.75, 0.5];
/** The one whose differences are printed. */
export const crop = 0.9;

/** One call: its class, by index, and how long it took in milliseconds. */
export interface Timed {
  class: number;
  time: number;
}

interface Comparison {
  names: [string, string];
  /** At the printed crop. */
  shown: Welch;
  /** Largest |t| over all crops. */
  largest: number;
}

/** Every pair of classes. */
function compare(names: string[], samples: Timed[]): Comparison[] {
  const times = samples.map(({ time }) => time);
  const cropped = crops.map((part) => {
    const slowest = quantile(times, part);
    const kept = samples.filter(({ time }) => time <= slowest);
    return names.map((_, index) => kept.filter((each) => each.class === index).map(({ time }) => time));
  });
  return names.flatMap((nameOfB, b) =>
    names.slice(0, b).map((nameOfA, a): Comparison => {
      const tests = cropped.map((classes) => welch(classes[b] as number[], classes[a] as number[]));
      return {
        names: [nameOfB, nameOfA],
        shown: tests[crops.indexOf(crop)] as Welch,
        largest: Math.max(...tests.map(({ t }) => Math.abs(t))),
      };
    }),
  );
}

const microseconds = (value: number): string => (value * 1000).toFixed(1);

/** What was found, in Markdown: how many calls, every pair, and how to read it. */
export function formatSection(title: string, names: string[], samples: Timed[]): string {
  const times = samples.map(({ time }) => time);
  const comparisons = compare(names, samples);
  const suspicious = comparisons.filter(({ largest }) => largest > threshold);
  const smallest = Math.max(...comparisons.map(({ shown }) => threshold * shown.standardError));
  return `## ${title}

${samples.length} decryptions. The median took ${microseconds(quantile(times, 0.5))} µs, nine in ten between ${microseconds(quantile(times, 0.05))} and ${microseconds(quantile(times, 0.95))} µs.

${
  suspicious.length === 0
    ? `No |t| is above ${threshold}. A difference of ${microseconds(smallest)} µs or more between two classes would have been seen in this run.`
    : `|t| above ${threshold}: ${suspicious.map((each) => each.names.join(' − ')).join('; ')}.`
}

${table([
  ['pair', 'difference, µs', 't', 'largest |t|'],
  ...comparisons.map((each) => [
    each.names.join(' − '),
    microseconds(each.shown.difference),
    each.shown.t.toFixed(2),
    each.largest.toFixed(2),
  ]),
])}`;
}
