/** Variables that bound and pace the outbox. None of them is a secret. */
import * as v from 'valibot';
import type { Pauses } from '../pass/backoff.ts';
import type { Bound } from '../shard/rate-limiter.ts';
import { cached, count, milliseconds, onOrOff, parse, text } from './variables.ts';

export interface Limits {
  /** How many shards there are. */
  shards: number;
  /** Requests to AlipayHK over all shards. */
  bound: Bound;
  /** How long AlipayHK's reply may take, in milliseconds. */
  timeout: number;
  pauses: Pauses;
  /** Most requests of one run of the loop. */
  runSends: number;
  /** Age of the oldest change that waits, in milliseconds, from which on there is an alert. */
  staleAfter: number;
  /** Lets a newer bill replace one that was not sent yet. */
  coalesceBills: boolean;
  /** Where alerts are pushed, and what signs them. */
  alert: { url: string; secret: string } | undefined;
  /** Why alerts are not pushed although there is an ALERT_URL. Nothing but that stops. */
  alertFault: string | undefined;
}

const alertUrl = 'an http or https URL, or nothing';
const Variables = v.object({
  SHARDS: count,
  RATE_PER_SECOND: count,
  IN_FLIGHT: count,
  TIMEOUT_MS: milliseconds,
  BACKOFF_MS: milliseconds,
  UNANSWERED_PAUSE_MS: milliseconds,
  RUN_SENDS: count,
  STALE_AFTER: count,
  COALESCE_BILLS: onOrOff,
  ALERT_URL: v.pipe(
    text(/^(https?:.*)?$/, alertUrl),
    v.check((url) => url === '' || URL.canParse(url), alertUrl),
  ),
  ALERT_SECRET: text(/^/, 'text'),
});
const alertFault = 'ALERT_SECRET must be 16 or more characters; it signs what is pushed to ALERT_URL';

/** @throws ConfigurationInvalid with the name of each variable that is missing or malformed */
export const readLimits = cached(Object.keys(Variables.entries), (env): Limits => {
  const output = parse(Variables, env, ({ SHARDS, IN_FLIGHT }) =>
    Number(IN_FLIGHT) < Number(SHARDS)
      ? [{ path: 'IN_FLIGHT', message: `must be at least SHARDS, which is ${SHARDS}: every shard needs one` }]
      : [],
  );
  const { ALERT_URL: url, ALERT_SECRET: secret } = output;
  const isSigned = secret.length >= 16;
  return {
    shards: Number(output.SHARDS),
    bound: { perSecond: Number(output.RATE_PER_SECOND), inFlight: Number(output.IN_FLIGHT) },
    timeout: Number(output.TIMEOUT_MS),
    pauses: { backoff: Number(output.BACKOFF_MS), unanswered: Number(output.UNANSWERED_PAUSE_MS) },
    runSends: Number(output.RUN_SENDS),
    staleAfter: Number(output.STALE_AFTER) * 1000,
    coalesceBills: output.COALESCE_BILLS === 'on',
    alert: url && isSigned ? { url, secret } : undefined,
    alertFault: url && !isSigned ? alertFault : undefined,
  };
});

/**
 * Cloudflare lets one run wait for six replies at once; a seventh request waits in line while its timeout runs. One is
 * kept for handing changes over to another shard, and one for alerts where there is an ALERT_URL.
 */
const connections = 6;

/** One shard's part of the bound. */
export function boundOf({ bound, shards, alert }: Limits): Bound {
  const most = connections - 1 - (alert ? 1 : 0);
  return { perSecond: bound.perSecond / shards, inFlight: Math.min(most, Math.floor(bound.inFlight / shards)) };
}
