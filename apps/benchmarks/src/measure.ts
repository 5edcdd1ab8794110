/** Times what servers do, from outside: how long each of several tasks takes, in rounds that all of them share. */
import { performance } from 'node:perf_hooks';
import { showProgress } from '@alipayhk-pass/harness/progress';
import { median } from '@alipayhk-pass/harness/report';

/** Something that a server does as often as it is asked to. */
export interface Task {
  /** Settles when it was done so many times. */
  run(times: number): Promise<void>;
}

/** How often and how long. */
export interface Settings {
  /** How often each task is timed. */
  rounds: number;
  /** How long it is to take each time, in milliseconds. */
  batch: number;
  /** How often it runs before. */
  warmUps: number;
}

/**
 * Milliseconds that each task took, one figure a round. The rounds go through the tasks forwards and backwards in turn, so
 * that whatever slows the machine down slows all alike.
 *
 * @param title - of the progress that is shown
 */
export async function measure(title: string, tasks: Task[], { rounds, batch, warmUps }: Settings): Promise<number[][]> {
  const progress = showProgress(title, rounds, 'rounds');
  const runs: { task: Task; count: number; sample: number[] }[] = [];
  for (const task of tasks) runs.push({ task, count: await countFor(task, batch, warmUps), sample: [] });
  const empty: number[] = [];
  for (let round = 0; round < rounds; round++) {
    for (const { task, count, sample } of round % 2 === 0 ? runs : runs.toReversed()) {
      empty.push(await elapsed(task, 0));
      sample.push((await elapsed(task, count)) / count);
    }
    progress.update(round + 1); // here nothing is timed
  }
  progress.end();
  // What the way there and back costs, shared by as many jobs as went with it.
  const overhead = median(empty);
  return runs.map(({ count, sample }) => sample.map((value) => value - overhead / count));
}

/** How often a task fits into a batch. Finding out is the warm-up. */
async function countFor(task: Task, batch: number, warmUps: number): Promise<number> {
  let count = 1;
  for (let tries = 0; tries < warmUps; tries++) {
    const took = await elapsed(task, count);
    count = Math.max(1, Math.round(Math.min(count * 10, (count * batch) / took)));
  }
  return count;
}

/** Milliseconds from the request to the end of the response. */
async function elapsed(task: Task, times: number): Promise<number> {
  const start = performance.now();
  await task.run(times);
  return performance.now() - start;
}

/** Asks a server to do something so many times; the names and values say what. */
export function askedOf(server: string, path: string, query: Record<string, string>): Task {
  return {
    async run(times) {
      const response = await fetch(`${server}${path}?${new URLSearchParams({ ...query, times: `${times}` })}`);
      const text = await response.text();
      if (!response.ok) throw new Error(`${Object.values(query).join(', ')}: ${text}`);
    },
  };
}
