/** What happened, as a line of JSON in the log and, where ANALYTICS is bound, as a data point. No personal data but ids. */
import type { Env } from './env.ts';

/** The events of an update's way, and of AlipayHK's calls. An alert wants a person's look. */
export type EventName =
  | 'accepted'
  | 'coalesced'
  | 'delivered'
  | 'retried'
  | 'dead'
  | 'replayed'
  | 'discarded'
  | 'awarded'
  | 'repeated'
  | 'refused'
  | 'alert';

/** Longest index of a data point in bytes; Cloudflare throws for a longer one. */
const maxIndexBytes = 96;

/** Tells of an event. It never throws: what happened must not depend on whether it could be told. */
export function tell(
  env: Env,
  event: EventName,
  fields: { passId: string } & Record<string, string | number | undefined>,
): void {
  console[event === 'alert' ? 'error' : 'log'](JSON.stringify({ event, ...fields }));
  const { passId, revision = 0, code = '', resultCode = '', tracerId = '' } = fields;
  const { read } = new TextEncoder().encodeInto(passId, new Uint8Array(maxIndexBytes)); // whole characters only
  try {
    env.ANALYTICS?.writeDataPoint({
      indexes: [passId.slice(0, read)],
      blobs: [event, `${code}`, `${resultCode}`, `${tracerId}`],
      doubles: [Number(revision)],
    });
  } catch {
    console.error(JSON.stringify({ event: 'alert', code: 'DataPointFailed', passId }));
  }
}
