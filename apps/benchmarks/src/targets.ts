/** What the project promises about its cost, and whether a run in one runtime keeps it. */
import { median } from '@alipayhk-pass/harness/report';

/** Milliseconds that one job took, once a round; or why the contender refuses the job. */
export type Sample = number[] | string;

/** By job and contender. */
export type Times = Record<string, Record<string, Sample>>;

export interface Target {
  title: string;
  /** @returns the figure, and whether the target is met */
  measure(times: Times): [figure: number, met: boolean];
}

export const targets: Target[] = [
  atMost(1.05, 'sign'),
  {
    title: 'verify: at most 1.15 of raw, or 10 µs more',
    measure(times) {
      const { ours, raw } = pair(times, 'verify');
      const ratio = median(ratios(ours, raw));
      const extra = median(ours.map((value, round) => value - (raw[round] as number)));
      return [ratio, ratio <= 1.15 || extra <= 0.01];
    },
  },
  atMost(1.15, 'seal 640 B'),
  atMost(1.15, 'seal 64 KB'),
  atMost(1.25, 'open 640 B'),
  atMost(1.25, 'open 64 KB'),
  fasterThan(3, 'open 640 B', 'the faster pure-JavaScript peer', ['noble', 'node-forge']),
  fasterThan(3, 'open 64 KB', 'the faster pure-JavaScript peer', ['noble', 'node-forge']),
  fasterThan(5, 'open 640 B', 'node-forge', ['node-forge']),
  fasterThan(5, 'open 64 KB', 'node-forge', ['node-forge']),
];

function atMost(limit: number, job: string): Target {
  return {
    title: `${job}: at most ${limit} of raw`,
    measure(times) {
      const { ours, raw } = pair(times, job);
      const ratio = median(ratios(ours, raw));
      return [ratio, ratio <= limit];
    },
  };
}

function fasterThan(factor: number, job: string, whom: string, peers: string[]): Target {
  return {
    title: `${job}: at least ${factor} times as fast as ${whom}`,
    measure(times) {
      const { ours } = pair(times, job);
      const figure = Math.min(...peers.map((peer) => median(ratios(sampleOf(times, job, peer), ours))));
      return [figure, figure >= factor];
    },
  };
}

function pair(times: Times, job: string): { ours: number[]; raw: number[] } {
  return { ours: sampleOf(times, job, 'ours'), raw: sampleOf(times, job, 'raw') };
}

function sampleOf(times: Times, job: string, contender: string): number[] {
  const sample = times[job]?.[contender];
  if (!Array.isArray(sample)) throw new Error(`${contender}, ${job}: expected times, received ${sample}`);
  return sample;
}

/** Round by round, so that what slowed a round down slowed both. */
export function ratios(a: number[], b: number[]): number[] {
  return a.map((value, round) => value / (b[round] as number));
}
