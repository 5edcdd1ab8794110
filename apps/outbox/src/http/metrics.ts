/** `GET /metrics`: the sums over the shards as Prometheus text. */
import type { Counts } from '../shard/counters.ts';
import { type AppContext, shardsOf } from './app.ts';

const help: Record<keyof Counts, string> = {
  accepted: 'Changes that were accepted.',
  coalesced: 'Changes that were never sent on their own: a newer one carried them.',
  delivered: 'Requests that AlipayHK confirmed with S.',
  retried: 'Requests with an unknown outcome.',
  dead: 'Requests that AlipayHK refused with F.',
  awarded: 'Bills that were new.',
  adjusted: 'Adjustments that were new.',
  repeated: 'Bills and adjustments that were there already.',
};

export async function getMetrics(c: AppContext): Promise<Response> {
  const gauges = await shardsOf(c.env).all('gauges');
  const sum = (values: number[]) => values.reduce((total, value) => total + value, 0);
  const oldest = Math.min(...gauges.map((each) => each.oldest ?? Number.POSITIVE_INFINITY));
  const age = Number.isFinite(oldest) ? Math.max(0, (Date.now() - oldest) / 1000) : 0;
  const waiting = (['pending', 'retrying'] as const).map(
    (state) => `merchant_waiting_passes{state="${state}"} ${sum(gauges.map((each) => each[state]))}\n`,
  );
  const text = [
    ...Object.entries(help).map(([name, about]) =>
      metric(`merchant_${name}_total`, 'counter', about, sum(gauges.map(({ counts }) => counts[name as keyof Counts]))),
    ),
    '# HELP merchant_waiting_passes Passes with a change that waits.\n# TYPE merchant_waiting_passes gauge\n',
    ...waiting,
    metric('merchant_oldest_waiting_seconds', 'gauge', 'Age of the oldest change that waits.', age),
    metric('merchant_dead_letters', 'gauge', 'Dead letters.', sum(gauges.map(({ deadLetters }) => deadLetters))),
    metric(
      'merchant_rate_per_second',
      'gauge',
      'Requests that may go in a second.',
      sum(gauges.map((each) => each.perSecond)),
    ),
    metric('merchant_in_flight', 'gauge', 'Requests in flight.', sum(gauges.map(({ sending }) => sending))),
    metric(
      'merchant_open_breakers',
      'gauge',
      'Shards that wait for AlipayHK to reply again.',
      gauges.filter(({ isOpen }) => isOpen).length,
    ),
  ].join('');
  return new Response(text, { headers: { 'Content-Type': 'text/plain; version=0.0.4; charset=utf-8' } });
}

function metric(name: string, type: string, about: string, value: number): string {
  return `# HELP ${name} ${about}\n# TYPE ${name} ${type}\n${name} ${value}\n`;
}
