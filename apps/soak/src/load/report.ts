/** The load as LOAD.md shows it. Every figure comes from a phase; what is divided by what stands beside it. */
import { machine, quantile, table } from '@alipayhk-pass/harness/report';
import type { Phase } from './measure.ts';
import { inFlight } from './servers.ts';

/** All phases of one run. */
export interface Load {
  bare: Phase;
  /** With one update a request. */
  bareSingle: Phase;
  /** Requests to which a Worker replies at once. */
  floor: Phase;
  accept: Phase;
  /** Accepting one by one. */
  put: Phase;
  /** The whole way, by size, the smallest first. */
  whole: Phase[];
  /** Absent while only the smaller sizes were measured. */
  paced?: Phase;
  /** The bound on requests to AlipayHK that the Worker was given, per second. */
  perSecond: number;
  /** How many updates of one pass came in a row. */
  each: number;
  command: string;
}

/** What is held against a limit. */
export interface Ratio {
  name: string;
  value: number;
  limit: number;
}

/** Processor time of workerd per update, in milliseconds. */
export const costOf = ({ workerd, updates }: Phase): number => workerd / updates;

/** What the outbox is held against. */
export function ratiosOf({ bare, bareSingle, accept, put, whole, paced }: Load): Ratio[] {
  const unit = costOf(bare);
  const costs = whole.map(costOf);
  const latency = paced ? quantile([...(paced.latencies ?? [0])], 0.99) / 1000 : undefined;
  return [
    { name: 'accept by batch ÷ bare', value: costOf(accept) / unit, limit: 0.2 },
    { name: 'accept by PUT ÷ bare', value: costOf(put) / unit, limit: 1 },
    { name: 'accept by PUT ÷ bare, an update a request', value: costOf(put) / costOf(bareSingle), limit: 1 },
    ...whole.map((phase) => ({ name: `whole way, ${phase.updates} ÷ bare`, value: costOf(phase) / unit, limit: 2 })),
    { name: 'dearest size ÷ cheapest size', value: Math.max(...costs) / Math.min(...costs), limit: 1.2 },
    ...(latency === undefined ? [] : [{ name: 'latency at half the rate, 99 %, s', value: latency, limit: 1.5 }]),
  ];
}

/** LOAD.md */
export function reportOf(load: Load): string {
  const { bare, bareSingle, floor, accept, put, whole, paced, perSecond, command } = load;
  const ratios = ratiosOf(load).map(({ name, value, limit }) => [
    `${name}: at most ${limit}`,
    `${value.toFixed(2)} ${value <= limit ? 'met' : 'missed'}`,
  ]);
  const costs: [string, Phase][] = [
    ['bare: sign and post', bare],
    ['bare, an update a request', bareSingle],
    ['a request that does nothing', floor],
    ['accept by batch', accept],
    ['accept by PUT', put],
    ...whole.map((phase): [string, Phase] => [`whole way, ${phase.updates}`, phase]),
  ];
  return `# What an update costs the outbox

\`${command}\` wrote this: ${machine()}.

${table([['ratio', 'measured'], ...ratios])}

${table([
  ['processor time, ms', 'workerd, each', 'proxy, each', 'gateway, each', 'wrangler, each', 'other processes'],
  ...costs.map(([name, phase]) => [
    name,
    costOf(phase).toFixed(2),
    (phase.proxy / phase.updates).toFixed(2),
    (phase.requests === 0 ? 0 : phase.gateway / phase.requests).toFixed(2),
    (phase.wrangler / phase.updates).toFixed(2),
    `${(phase.others * 100).toFixed(0)} %`,
  ]),
])}

${table([
  ['whole way', 'passes', 'requests', 'pushed per s', 'delivered per s', 'wall, s', 'workerd MB: start', 'peak', 'end'],
  ...whole.map((phase) => [
    `${phase.updates} updates`,
    `${phase.passes}`,
    `${phase.requests}`,
    perSecondOf(phase.updates, phase.pushed),
    perSecondOf(phase.updates, phase.wall),
    (phase.wall / 1000).toFixed(1),
    ...[phase.memory[0] ?? 0, Math.max(...phase.memory), phase.memory.at(-1) ?? 0].map((size) => size.toFixed(0)),
  ]),
])}

${table([
  ['latency, ms', 'updates per s', '50 %', '90 %', '99 %', 'most'],
  ...[...whole, ...(paced ? [paced] : [])].map((phase) => [
    `${phase.updates} updates, ${phase.passes} passes${phase === paced ? ', at a given pace' : ''}`,
    perSecondOf(phase.updates, phase.wall),
    ...[0.5, 0.9, 0.99, 1].map((part) => quantile([...(phase.latencies ?? [0])], part).toFixed(0)),
  ]),
])}

Bare: ${perSecondOf(bare.updates, bare.wall)} updates a second. Accepting alone: ${perSecondOf(accept.updates, accept.wall)}.

![Processor time of an update](charts/cost.svg)

![Latency at half the highest rate](charts/latency.svg)

## Where the time goes

workerd's own profiler, on 2026-11-26 with 4,000 updates each way; shares of the Worker's processor time. Writing the log is
left out, for the profiler makes it dear: a line costs about 0.05 ms, and an update has two.

${table([
  ['part', 'PUT', 'whole way'],
  ['RSA: sign, verify', '0 %', '35 %'],
  ['the rest of a message: seal, fetch, open', '0 %', '26 %'],
  ['read and check the request', '28 %', '1 %'],
  ['routes (hono)', '8 %', '4 %'],
  ['SQLite and alarms', '17 %', '9 %'],
  ['the shard: accept, begin, settle', '5 %', '9 %'],
  ['runtime: calls of objects, garbage, timers', '42 %', '16 %'],
])}

## What was measured, and how

- **Where.** Local workerd, with its own Durable Objects: 16 shards, a SQLite file each. Not Cloudflare. Each phase has
  processes and state of its own, and 200 updates go through before anything is counted.
- **The gateway** is the real gateway function on Node's http in a process of its own: it verifies each request and signs
  each reply, and keeps no pass and no ledger. The bare Worker and the outbox post to the same one.
- **Cost** is processor time, user and system, of the workerd that runs the Worker, from /proc, over the number of updates.
  The proxy that wrangler puts before a Worker is a workerd of its own: it and wrangler's Node stand beside the cost and are
  in no ratio, for a deployed Worker has neither.
  *Other processes* is the share of both processors that something else took meanwhile.
- **Bare** gets the same NDJSON, in parts of 500 lines: raw \`subtle.sign\` and a POST a line, ${inFlight} at once, replies
  read and not verified. *An update a request* is the same from 16 callers, as a PUT has it. *A request that does nothing* is
  one to which the bare Worker replies at once: what a request costs before any of our code runs.
- **Accept** is until every line is durable, each for a pass of its own: one batch, or one PUT each from 16 callers.
  Sending is held back by a bound of one request a second.
- **Whole way** is until the gateway has every update and \`GET /batches/:id\` counts it as delivered, each for a pass of
  its own. The bound was ${perSecond} a second, 80 in flight.
- **Latency** is from when a line is handed to the connection until the gateway has verified its update. At once: all lines
  are pushed as fast as they are taken, so it is mostly waiting behind the others. At a given pace: ten lines a batch, at half
  the highest rate.
- **Memory** is the resident memory of the larger workerd, once a second.
`;
}

function perSecondOf(count: number, milliseconds: number): string {
  return ((count / milliseconds) * 1000).toFixed(0);
}
