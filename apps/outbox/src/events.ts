/** What happened, as a line of JSON in the log and, where ANALYTICS is bound, as a data point. No personal data but ids. */

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
  | 'adjusted'
  | 'repeated'
  | 'erased'
  | 'refused'
  | 'alert';

export type EventFields = { passId?: string } & Record<string, string | number | undefined>;

/** Longest index of a data point in bytes; Cloudflare throws for a longer one. */
const maxIndexBytes = 96;

/** Emits an event. It never throws: what happened must not depend on whether it could be logged. */
export function emit(env: object, event: EventName, fields: EventFields): void {
  console[event === 'alert' ? 'error' : 'log'](JSON.stringify({ event, ...fields }));
  const { ANALYTICS } = env as { ANALYTICS?: AnalyticsEngineDataset };
  if (ANALYTICS === undefined) return;
  const { passId = '', revision = 0, code = '', resultCode = '', tracerId = '' } = fields;
  const { read } = new TextEncoder().encodeInto(passId, new Uint8Array(maxIndexBytes)); // whole characters only
  try {
    ANALYTICS.writeDataPoint({
      indexes: [passId.slice(0, read)],
      blobs: [event, `${code}`, `${resultCode}`, `${tracerId}`],
      doubles: [Number(revision)],
    });
  } catch {
    console.error(JSON.stringify({ event: 'alert', code: 'DataPointFailed', passId }));
  }
}
