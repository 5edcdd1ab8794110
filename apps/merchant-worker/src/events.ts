/** What happened, as a line of JSON in the log and, where ANALYTICS is bound, as a data point. No personal data but ids. */
import type { Env } from './env.ts';

/** The events of an update's way. An alert wants a person's look. */
export type EventName =
  | 'accepted'
  | 'coalesced'
  | 'delivered'
  | 'retried'
  | 'dead'
  | 'replayed'
  | 'discarded'
  | 'alert';

/** Tells of an event. */
export function tell(
  env: Env,
  event: EventName,
  fields: { passId: string } & Record<string, string | number | undefined>,
): void {
  console[event === 'alert' ? 'error' : 'log'](JSON.stringify({ event, ...fields }));
  const { passId, revision = 0, code = '', resultCode = '', tracerId = '' } = fields;
  env.ANALYTICS?.writeDataPoint({
    indexes: [passId],
    blobs: [event, `${code}`, `${resultCode}`, `${tracerId}`],
    doubles: [Number(revision)],
  });
}
