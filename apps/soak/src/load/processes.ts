/** What processes cost, from /proc: processor time and memory. Linux only, as is `soak` for its signals to groups. */
import { readdirSync, readFileSync } from 'node:fs';

/** Processor time in milliseconds, user and system, of what belongs to a process group. */
export interface Cost {
  /** Both workerds: wrangler's proxy and the Worker with its Durable Objects, Queues and D1. */
  workerd: number;
  /** Wrangler itself. */
  others: number;
}

/** In clock ticks, which Linux reports as hundredths of a second whatever its own are. */
const tick = 10;
const page = 4096;

/** The cost of a process group since it began. */
export function costOf(processGroup: number): Cost {
  const cost = { workerd: 0, others: 0 };
  for (const { group, name, time } of processes()) {
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
  return Math.max(0, ...sizes.map(({ memory }) => memory)) / 1e6;
}

/** Share of the machine's processors that was busy since it was started, as two counts to take the difference of. */
export function machineTime(): { busy: number; all: number } {
  const [, ...fields] = (readFileSync('/proc/stat', 'utf8').split('\n')[0] ?? '').trim().split(/\s+/);
  const all = fields.slice(0, 8).reduce((sum, field) => sum + Number(field), 0) * tick;
  const idle = (Number(fields[3]) + Number(fields[4])) * tick;
  return { busy: all - idle, all };
}

interface Process {
  pid: number;
  group: number;
  name: string;
  time: number;
  memory: number;
}

function processes(): Process[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid) => {
      try {
        return [parse(Number(pid), readFileSync(`/proc/${pid}/stat`, 'utf8'))];
      } catch {
        return []; // it has ended
      }
    });
}

/** @see proc_pid_stat(5); the name may hold blanks and parentheses */
function parse(pid: number, stat: string): Process {
  const name = stat.slice(stat.indexOf('(') + 1, stat.lastIndexOf(')'));
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const [group, user, system, pages] = [fields[2], fields[11], fields[12], fields[21]].map(Number) as [
    number,
    number,
    number,
    number,
  ];
  return { pid, group, name, time: (user + system) * tick, memory: pages * page };
}
