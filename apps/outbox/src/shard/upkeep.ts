/** What a shard does once a minute, whatever else goes on, and what it counts. */
import { boundOf } from '../config/limits.ts';
import type { Counts } from './counters.ts';
import { deleteExpired, type ExpiringTable, expiring } from './expiry.ts';
import { acquire, type Bound } from './rate-limiter.ts';
import type { Shard } from './shard.ts';

/** What waits, by state. */
export interface Gauges {
  counts: Counts;
  pending: number;
  retrying: number;
  sending: number;
  deadLetters: number;
  /** When the oldest change that waits was accepted, in milliseconds since the epoch. */
  oldest?: number | undefined;
  /** The rate bound at present, in requests per second. */
  perSecond: number;
  isOpen: boolean;
}

/** Most closed passes that leave in one minute, of one shard: 100,000 a day of 16 shards need 5. */
const mostLeaving = 500;

/** Most expired rows of a table that are deleted in one minute. */
const mostExpiring = 100;

/** @param leave - lets closed passes leave, so many at most */
export function upkeepOperations(shard: Shard, leave: (most: number) => Promise<void>) {
  const { ports, passes, counters, loop } = shard;
  const { sql } = ports;

  const waiting = (): { pending: number; retrying: number; oldest: number | undefined } => {
    type Row = { state: string; passes: number; oldest: number | null };
    const rows = sql<Row>(
      'SELECT state, count(*) AS passes, min(since) AS oldest FROM passes WHERE due IS NOT NULL GROUP BY state',
    );
    const of = (state: string): number => rows.find((row) => row.state === state)?.passes ?? 0;
    const times = rows.map(({ oldest }) => oldest).filter((time) => time !== null);
    return {
      pending: of('pending'),
      retrying: of('retrying'),
      oldest: times.length > 0 ? Math.min(...times) : undefined,
    };
  };

  return {
    /** Sets the alarm, as every call does; looks for what waits too long; deletes what has expired, and passes that leave. */
    async tick(): Promise<void> {
      counters.store();
      const { oldest } = waiting();
      const age = ports.now() - (oldest ?? ports.now());
      if (age > shard.limits.staleAfter) shard.alert({ code: 'Stale', seconds: Math.round(age / 1000) });
      const { alertFault } = shard.limits;
      if (alertFault) shard.alert({ code: 'ConfigurationInvalid', issues: alertFault });
      for (const table of Object.keys(expiring) as ExpiringTable[]) deleteExpired(ports, table, mostExpiring);
      await leave(mostLeaving);
    },

    gauges(): Gauges {
      const flights = [...passes.flights.values()];
      const bound: Bound = boundOf(shard.limits);
      const [{ letters } = { letters: 0 }] = sql<{ letters: number }>('SELECT count(*) AS letters FROM dead_letters');
      return {
        ...waiting(),
        ...{ counts: counters.all, sending: flights.length, deadLetters: letters },
        perSecond: acquire(loop.rate, bound, 0, ports.now()).rate.perSecond,
        isOpen: loop.breaker.isOpen,
      };
    },
  };
}
