/** What processes cost: processor time and memory. Linux only, as is `soak` for its signals to groups. */
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { processes } from '@alipayhk-pass/harness/processes';

/** Processor time in milliseconds, user and system, of what belongs to a process group. */
export interface Cost {
  /** The workerd that runs the Worker with its Durable Objects. */
  workerd: number;
  /** The one that wrangler puts before it; a deployed Worker has none. */
  proxy: number;
  /** Wrangler itself. */
  others: number;
}

/** A clock tick in milliseconds: Linux reports hundredths of a second, whatever its own ticks are. */
const tick = 10;

/**
 * The cost of a process group since it began.
 *
 * @param proxy - pid of wrangler's proxy
 */
export function costOf(processGroup: number, proxy: number): Cost {
  const cost = { workerd: 0, proxy: 0, others: 0 };
  for (const { pid, group, name, time = 0 } of processes()) {
    if (group === processGroup) cost[pid === proxy ? 'proxy' : name === 'workerd' ? 'workerd' : 'others'] += time;
  }
  return cost;
}

/**
 * The process that listens on the port of a URL: of a Worker that wrangler has started, its proxy.
 *
 * @throws Error when none of the group does
 */
export function listenerOf(processGroup: number, url: string): number {
  const port = Number(new URL(url).port).toString(16).toUpperCase().padStart(4, '0');
  const sockets = readFileSync('/proc/net/tcp', 'utf8')
    .split('\n')
    .map((line) => line.trim().split(/\s+/))
    .filter(([, local, , state]) => state === '0A' && local?.endsWith(`:${port}`))
    .map((fields) => `socket:[${fields[9]}]`);
  const found = processes().find(({ pid, group }) => group === processGroup && hasSocket(pid, sockets));
  if (found === undefined) throw new Error(`no process of group ${processGroup} listens on ${url}`);
  return found.pid;
}

function hasSocket(pid: number, sockets: readonly string[]): boolean {
  return readdirSync(`/proc/${pid}/fd`).some((name) => {
    try {
      return sockets.includes(readlinkSync(`/proc/${pid}/fd/${name}`));
    } catch {
      return false; // closed since
    }
  });
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
