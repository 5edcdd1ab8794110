/** The load as LOAD.md shows it. Every figure comes from a phase; what is divided by what stands beside it. */
import { machine, quantile, table } from '@alipayhk-pass/harness/report';
import type { Phase } from './measure.ts';
import { inFlight } from './servers.ts';

/** All phases of one run. */
export interface Load {
  bare: Phase;
  accept: Phase;
  /** The whole way of updates that each have a pass of their own. */
  single: Phase;
  /** By size, the smallest first. */
  whole: Phase[];
  /** Absent while only the smallest size was measured. */
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
const costOf = ({ workerd, updates }: Phase): number => workerd / updates;

/** The three ratios that the issue sets. */
export function ratiosOf({ bare, accept, single, whole }: Load): Ratio[] {
  const limit = costOf(bare);
  const acceptCost = costOf(accept);
  const [first, last] = [whole[0], whole.at(-1)] as [Phase, Phase];
  return [
    { name: 'accept ÷ bare', value: acceptCost / limit, limit: 2 },
    { name: 'delivery ÷ bare', value: deliveryCost(single, acceptCost) / limit, limit: 1.5 },
    { name: `cost at ${last.updates} ÷ cost at ${first.updates}`, value: costOf(last) / costOf(first), limit: 1.2 },
  ];
}

/** What is left of the whole way's cost without the accepting, per request sent. */
function deliveryCost({ workerd, updates, requests }: Phase, acceptCost: number): number {
  return (workerd - updates * acceptCost) / requests;
}

/** LOAD.md */
export function reportOf(load: Load): string {
  const { bare, accept, single, whole, paced, perSecond, each, command } = load;
  const acceptCost = costOf(accept);
  const ratios = ratiosOf(load).map(({ name, value, limit }) => [
    `${name}: at most ${limit}`,
    `${value.toFixed(2)} ${value <= limit ? 'met' : 'missed'}`,
  ]);
  const costs: [string, Phase, number][] = [
    ['bare: sign and post', bare, costOf(bare)],
    ['accept, held back', accept, acceptCost],
    ['whole way, a pass each', single, costOf(single)],
    ['of that, delivery', single, deliveryCost(single, acceptCost)],
    ...whole.map((phase): [string, Phase, number] => [`whole way, ${phase.updates}`, phase, costOf(phase)]),
  ];
  return `# What an update costs the outbox

\`${command}\` wrote this: ${machine()}.

${table([['ratio', 'measured'], ...ratios])}

${table([
  ['processor time, ms', 'workerd, each', 'gateway, each', 'wrangler, each', 'other processes'],
  ...costs.map(([name, phase, cost]) => [
    name,
    cost.toFixed(2),
    (phase.gateway / Math.max(1, phase.requests)).toFixed(2),
    (phase.wrangler / phase.updates).toFixed(2),
    `${(phase.others * 100).toFixed(0)} %`,
  ]),
])}

${table([
  ['whole way', 'passes', 'requests', 'pushed per s', 'delivered per s', 'wall, s', 'workerd MB: start', 'peak', 'end'],
  ...[single, ...whole].map((phase) => [
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
  ...[single, ...whole, ...(paced ? [paced] : [])].map((phase) => [
    `${phase.updates} updates, ${phase.passes} passes${phase === paced ? ', at a given pace' : ''}`,
    perSecondOf(phase.updates, phase.wall),
    ...[0.5, 0.9, 0.99, 1].map((part) => quantile([...(phase.latencies ?? [0])], part).toFixed(0)),
  ]),
])}

Bare: ${perSecondOf(bare.updates, bare.wall)} updates a second. Accepting alone: ${perSecondOf(accept.updates, accept.wall)}.

## Why the ratios are missed

A profile of the larger workerd (perf, on the day of writing, while updates with a pass each were accepted and delivered):
28 % of its time went into opening and closing the SQLite file of a Durable Object, which happens for each of them here,
15 % into preparing SQL, some of it the same; calls of JavaScript took 24 % and its continuations 16 %, with the storage
calls that they make. Signing and posting cost a millisecond and a half. A mailbox adds two writes before a line counts as
accepted and three states until it is delivered, two calls of a lease, a message for the index, and all of local Queues and
D1, which are JavaScript in the same process. The part of opening files grows with how many are open (SQLite looks through
a list of them), and with it the cost per update, until as many objects go to sleep, after ten seconds, as wake. None of it
shows what Cloudflare's own storage costs.

## What was measured, and how

- **Where.** Local workerd in wrangler's local mode, with Miniflare's Queues (in memory) and D1 (in the same process) and
  workerd's Durable Objects (a SQLite file each). Not Cloudflare. Each phase has processes and state of its own, and 200
  updates go through before anything is counted.
- **The gateway** is the real gateway function on Node's http in a process of its own: it verifies each request and signs
  each answer, and keeps no pass and no ledger, whose database would be all that is measured. The bare Worker and the
  outbox post to the same one.
- **Cost** is processor time, user and system, of the workerd processes of a phase, from /proc, over the number of
  updates. Local Queues, D1 and wrangler's proxy run in workerd too and are part of it. What wrangler's Node spends is
  shown beside it, in no ratio. *Other processes* is the share of both processors that something else took meanwhile.
- **Bare** gets the same NDJSON, in parts of 500 lines: raw \`subtle.sign\` and a POST a line, ${inFlight} at once, answers
  read and not verified.
- **Accept** is the way from a line to a mailbox that has it durably: \`POST /passes:batch\`, Queue, Durable Object, D1's
  row of the line; each update for a pass of its own. Delivery is held back by a bound of one request a second; that each
  mailbox asks once for its place in it is counted as accepting.
- **Whole way** is until the gateway has every update, or a newer one of its pass, and \`GET /batches/:id\` counts it as
  delivered. The bound on requests was ${perSecond} a second, ${inFlight} in flight. *A pass each*: as many Durable Objects
  and requests as updates. The three sizes: ${each} updates of each pass in a row, of which all but the last may be overtaken
  before they are sent, so that every size has the same mixture; *requests* says how many were sent.
- **Delivery** is the whole way less the accepting, where each update has a pass of its own: alarm, rate lease, signing,
  posting, verification of the answer, state, index.
- **Latency** is from when a line is handed to the connection until the gateway has verified its update, or a newer one of
  its pass. At once: all lines are pushed as fast as they are taken, so it is mostly waiting behind the others. At a given
  pace: ten lines a batch, at half the rate at which updates with a pass each are delivered at once.
- **Memory** is the resident memory of the larger workerd, once a second. Local Queues hold in it what was accepted and
  is not yet with its mailbox.
`;
}

function perSecondOf(count: number, milliseconds: number): string {
  return ((count / milliseconds) * 1000).toFixed(0);
}
