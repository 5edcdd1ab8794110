/** What processes cost: processor time and memory. Linux only, as is `soak` for its signals to groups. */
import { readFileSync } from 'node:fs';
import { processes } from '@alipayhk-pass/harness/processes';

/** Processor time in milliseconds, user and system, of what belongs to a process group. */
export interface Cost {
  /** Both workerds: wrangler's proxy and the Worker with its Durable Objects, Queues and D1. */
  workerd: number;
  /** Wrangler itself. */
  others: number;
}

/** A clock tick in milliseconds: Linux reports hundredths of a second, whatever its own ticks are. */
const tick = 10;

/** The cost of a process group since it began. */
export function costOf(processGroup: number): Cost {
  const cost = { workerd: 0, others: 0 };
  for (const { group, name, time = 0 } of processes()) {
    if (group === processGroup) cost[name === 'workerd' ? 'workerd' : 'others'] += time;
  }
  return cost;
}

/** Processor time of one process since it began, in milliseconds. */
export function timeOf(pid: number): number {
  return processes().find((process) => process.pid === pid)?.time ?? 0;
}

/** Resident memory of the largest workerd in a group, in MB. */
export function memoryOf(processGroup: number): number {
  const sizes = processes().filter(({ group, name }) => group === processGroup && name === 'workerd');
  return Math.max(0, ...sizes.map(({ memory = 0 }) => memory)) / 1e6;
}

/** Share of the machine's processors that was busy since it was started, as two counts to take the difference of. */
export function machineTime(): { busy: number; all: number } {
  const [, ...fields] = (readFileSync('/proc/stat', 'utf8').split('\n')[0] ?? '').trim().split(/\s+/);
  const all = fields.slice(0, 8).reduce((sum, field) => sum + Number(field), 0) * tick;
  const idle = (Number(fields[3]) + Number(fields[4])) * tick;
  return { busy: all - idle, all };
}
