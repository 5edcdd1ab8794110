/** A shard as its loop sees it. The loop does not import the shard: the shard makes the loop. */
import type { Limits } from '../config/limits.ts';
import type { EventFields } from '../events.ts';
import type { Alerts } from './alerts.ts';
import type { Counters } from './counters.ts';
import type { Handovers } from './handovers.ts';
import type { PassStore } from './pass-store.ts';
import type { Ports } from './ports.ts';
import type { Meta } from './tables.ts';

/** What the loop needs of its shard. */
export interface LoopShard {
  readonly ports: Ports;
  readonly limits: Limits;
  readonly meta: Meta;
  readonly passes: PassStore;
  readonly counters: Counters;
  readonly alerts: Alerts;
  readonly handovers: Handovers;
  alert(fields: EventFields): void;
  passFailed(passId: string, error: unknown): void;
}
