/** Counters, kept by the shards of the rate bound, which hear of every attempt and bill; and their Prometheus text. */
import type { Env } from './env.ts';
import type { Attempt } from './mailbox-state.ts';
import type { Outcome } from './outcome.ts';
import { countDeadLetters } from './pass-index.ts';
import { shardOf } from './rate-lease.ts';

/** How many of each since the shard exists. */
export type Counts = Partial<
  Record<'accepted' | 'coalesced' | 'delivered' | 'retried' | 'dead' | 'awarded' | 'repeated', number>
>;

/** What one attempt adds. `accepted` counts a change when it is sent for the first time, alone or coalesced. */
export function countsOf({ kind }: Outcome, accepted: number, { coalesced }: Pick<Attempt, 'coalesced'>): Counts {
  const outcomes = { delivered: 'delivered', unknown: 'retried', refused: 'dead' } as const;
  return { accepted, coalesced, [outcomes[kind]]: 1 };
}

const help: Record<keyof Required<Counts>, string> = {
  accepted: 'Changes that were sent for the first time, alone or coalesced.',
  coalesced: 'Changes that were never sent on their own: a newer one carried them.',
  delivered: 'Attempts that AlipayHK confirmed with S.',
  retried: 'Attempts whose outcome is unknown.',
  dead: 'Attempts that AlipayHK refused with F.',
  awarded: 'Bills that were new.',
  repeated: 'Bills that were there already.',
};

/** `GET /metrics`: sums over the shards, and the number of dead letters from the index. */
export async function getMetrics(env: Env, shards: number): Promise<Response> {
  const [states, deadLetters] = await Promise.all([
    Promise.all(Array.from({ length: shards }, (_, shard) => shardOf(env, shard).state())),
    countDeadLetters(env.DB),
  ]);
  const sum = (values: (number | undefined)[]) => values.reduce<number>((total, value = 0) => total + value, 0);
  const metric = (name: string, type: string, text: string, value: number) =>
    `# HELP ${name} ${text}\n# TYPE ${name} ${type}\n${name} ${value}\n`;
  const text = [
    ...Object.entries(help).map(([name, about]) =>
      metric(`merchant_${name}_total`, 'counter', about, sum(states.map(({ counts }) => counts[name as keyof Counts]))),
    ),
    metric('merchant_dead_letters', 'gauge', 'Dead letters in the index.', deadLetters),
    metric(
      'merchant_rate_per_second',
      'gauge',
      'Requests that may pass.',
      sum(states.map(({ perSecond }) => perSecond)),
    ),
    metric('merchant_in_flight', 'gauge', 'Requests in flight.', sum(states.map(({ inFlight }) => inFlight))),
  ].join('');
  return new Response(text, { headers: { 'Content-Type': 'text/plain; version=0.0.4; charset=utf-8' } });
}
