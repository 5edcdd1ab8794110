/** What a phase of the load costs: the processes that take part, before and after. */
import type { WorkerProcess } from '@alipayhk-pass/harness/worker-process';
import { costOf, listenerOf, machineTime, memoryOf, timeOf } from './cost.ts';
import type { Gateway } from './servers.ts';

/** What a phase cost. Times in milliseconds. */
export interface Phase {
  updates: number;
  passes: number;
  /** Requests that reached the gateway. */
  requests: number;
  /** From the first line until the Worker has answered 202 (or, of the bare one, until it has answered). */
  pushed: number;
  /** From the first line until there is nothing left to do. */
  wall: number;
  /** Processor time of the Worker's workerd, of the proxy that wrangler puts before it, of wrangler, of the gateway. */
  workerd: number;
  proxy: number;
  wrangler: number;
  gateway: number;
  /** Share of the machine's processors that everything else took meanwhile. */
  others: number;
  /** Resident memory of workerd in MB, at even intervals. */
  memory: number[];
  /** From when a line was handed over until its update, or a newer one of its pass, was at the gateway. */
  latencies?: Float64Array;
}

/** Runs it, with the cost of every process that took part taken before and after. */
export async function measure(
  { processGroup, url }: WorkerProcess,
  gateway: Gateway,
  { updates, passes }: { updates: number; passes: number },
  work: () => Promise<void>,
): Promise<Phase> {
  await gateway.expectUpdates(updates);
  const proxyPid = listenerOf(processGroup, url);
  const memory: number[] = [];
  const sampling = setInterval(() => memory.push(memoryOf(processGroup)), 1_000);
  const read = () => ({
    group: costOf(processGroup, proxyPid),
    gateway: timeOf(gateway.pid),
    machine: machineTime(),
    own: ownTime(),
  });
  const before = read();
  const start = performance.now();
  try {
    await work();
  } finally {
    clearInterval(sampling);
  }
  const wall = performance.now() - start;
  const after = read();
  memory.push(memoryOf(processGroup));
  const workerd = after.group.workerd - before.group.workerd;
  const proxy = after.group.proxy - before.group.proxy;
  const wrangler = after.group.others - before.group.others;
  const gatewayTime = after.gateway - before.gateway;
  const ours = workerd + proxy + wrangler + gatewayTime + after.own - before.own;
  const all = after.machine.all - before.machine.all;
  const others = Math.max(0, after.machine.busy - before.machine.busy - ours) / all;
  const { requests } = await gateway.count();
  const times = { workerd, proxy, wrangler, gateway: gatewayTime };
  return { updates, passes, requests, pushed: wall, wall, ...times, others, memory };
}

function ownTime(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}
