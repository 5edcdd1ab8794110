/** What the parts of a shard work with: its ports, its passes, its counters, and its loop. */
import type { Limits } from '../config/limits.ts';
import type { EventFields } from '../events.ts';
import { Alerts } from './alerts.ts';
import { Counters } from './counters.ts';
import { DeliveryLoop } from './delivery-loop.ts';
import { Handovers } from './handovers.ts';
import { PassStore } from './pass-store.ts';
import type { Ports } from './ports.ts';
import { Stamps } from './stamps.ts';
import { Meta, makeTables } from './tables.ts';
import { Tombstones } from './tombstones.ts';

export class Shard {
  readonly ports: Ports;
  readonly meta: Meta;
  readonly passes: PassStore;
  readonly counters: Counters;
  readonly alerts: Alerts;
  readonly tombstones: Tombstones;
  readonly stamps: Stamps;
  readonly handovers: Handovers;
  readonly loop: DeliveryLoop;
  /** Calls that are under way, but for those of a move. */
  calls = 0;

  constructor(world: Ports) {
    const ports = { ...world, now: steady(world.now) };
    this.ports = ports;
    makeTables(ports);
    this.meta = new Meta(ports);
    this.stamps = new Stamps(this.meta);
    this.passes = new PassStore(ports);
    this.counters = new Counters(this.meta);
    this.alerts = new Alerts(ports);
    this.tombstones = new Tombstones(ports, this.meta);
    this.handovers = new Handovers(this);
    this.loop = new DeliveryLoop(this);
  }

  /** The limits, with the number of shards under which this one was filled: after a move SHARDS differs until it is deployed. */
  get limits(): Limits {
    const limits = this.ports.limits();
    const shards = this.meta.get<number>('shards') ?? limits.shards;
    return shards === limits.shards ? limits : { ...limits, shards };
  }

  /** Whether anything is under way that may still write: a call, a request in flight, a change on its way to its pass. */
  get isBusy(): boolean {
    const isFlying = [...this.passes.flights.values()].some(({ isOver }) => !isOver);
    return this.calls > 0 || isFlying || this.handovers.isBusy;
  }

  /** Says that something failed for one pass; the others go on. */
  passFailed(passId: string, error: unknown): void {
    this.alert({ passId, code: 'PassFailed', error: error instanceof Error ? error.name : 'Error' });
  }

  /** Emits an alert and, where ALERT_URL is set, has it pushed. */
  alert(fields: EventFields): void {
    this.ports.emit('alert', fields);
    this.alerts.add(fields);
  }
}

/** A clock that stands still while the machine's clock is up to five seconds behind it, and follows it when it is further. */
function steady(now: () => number): () => number {
  const most = 5_000;
  let last = 0;
  return () => {
    const time = now();
    last = Math.min(Math.max(last, time), time + most);
    return last;
  };
}
