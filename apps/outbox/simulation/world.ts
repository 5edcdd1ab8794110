/** Everything around the shards: their disks, objects and alarms, the ways between them, and what goes wrong on these. */
import { readLimits } from '../src/config/limits.ts';
import type { EventFields, EventName } from '../src/events.ts';
import { frontOf } from '../src/http/front.ts';
import type { Operations, Reply } from '../src/shard/operations.ts';
import { Disk } from './disk.ts';
import { Gateway } from './gateway.ts';
import type { Scheduler } from './scheduler.ts';
import { ShardObject } from './shard-object.ts';

/** How likely each fault is, each time that it may happen. */
export interface Faults {
  lostAlarm: number;
  stuckAlarm: number;
  lateAlarm: number;
  doubledAlarm: number;
  slowDisk: number;
  /** A call that does not reach its shard, and a reply that is lost. */
  lostCall: number;
  lostReply: number;
  /** An object that ends, once a minute and shard. */
  kill: number;
  /** A clock that goes back, once a minute and shard. */
  clockBack: number;
}

export const noFaults: Faults = {
  ...{ lostAlarm: 0, stuckAlarm: 0, lateAlarm: 0, doubledAlarm: 0, slowDisk: 0, lostCall: 0, lostReply: 0 },
  ...{ kill: 0, clockBack: 0 },
};

/** The runtime's pause before it runs an alarm again, in milliseconds. */
const alarmRetry = 2_000;

export class World {
  readonly scheduler: Scheduler;
  env: Env;
  readonly gateway: Gateway;
  faults: Faults = noFaults;
  readonly #disks: Disk[] = [];
  readonly #objects: (ShardObject | undefined)[] = [];
  readonly #clocks: number[] = [];
  readonly #front;
  /** How often each event was emitted. */
  readonly events = new Map<string, number>();
  alerts = 0;

  constructor(scheduler: Scheduler, vars: Record<string, unknown>) {
    this.scheduler = scheduler;
    const namespace = {
      getByName: (name: string) => ({
        call: (shards: number, operation: keyof Operations, args: unknown[]) =>
          this.callObject(Number(name.slice('shard-'.length)), shards, operation, args),
      }),
    };
    this.env = { ...vars, OUTBOX_SHARD: namespace } as unknown as Env;
    this.gateway = new Gateway(scheduler, readLimits(this.env));
    // The digest is injected: Web Crypto works on another thread, which no seed decides.
    this.#front = frontOf(async (bytes) => digestOf(bytes));
    scheduler.after(60_000, 'cron', () => this.#everyMinute());
  }

  /** How many shards there are, as the Worker is deployed. */
  get shards(): number {
    return readLimits(this.env).shards;
  }

  /** Deploys the Worker with another number of shards. Requests under way keep the old one; every object ends. */
  deploy(shards: number): void {
    this.env = { ...this.env, SHARDS: `${shards}` };
    for (const shard of this.#objects.keys()) this.kill(shard);
  }

  /** A request to the Worker; its reply, or `undefined` if it was lost. */
  async fetch(method: string, path: string, body?: string, headers: Record<string, string> = {}) {
    const { scheduler, faults } = this;
    await scheduler.wait(scheduler.between(1, 20), 'request');
    if (scheduler.chance(faults.lostCall)) return undefined;
    const request = new Request(`https://outbox.test${path}`, {
      method,
      headers: { Authorization: `Bearer ${this.env.API_TOKEN}`, 'Content-Type': 'application/json', ...headers },
      ...(body !== undefined && { body }),
    });
    const response = await this.#front.fetch(request, this.env);
    const reply = { status: response.status, body: (await response.json()) as Record<string, never> };
    await scheduler.wait(scheduler.between(1, 20), 'response');
    return scheduler.chance(faults.lostReply) ? undefined : reply;
  }

  /** Calls an operation as the Worker does. */
  async call(shard: number, name: keyof Operations, args: unknown[]): Promise<unknown> {
    const reply = await this.callObject(shard, this.shards, name, args);
    if (!('value' in reply)) throw new Error(`the shard refused: ${JSON.stringify(reply)}`);
    return reply.value;
  }

  /** @throws Error when the call or its reply is lost, or the object ends */
  async callObject(shard: number, shards: number, name: keyof Operations, args: unknown[]): Promise<Reply> {
    const { scheduler, faults } = this;
    await scheduler.wait(scheduler.between(0.5, 5), `call ${shard} ${name}`);
    if (scheduler.chance(faults.lostCall)) throw new Error('the call was lost');
    const object = this.#object(shard);
    let ended = (): void => undefined;
    const end = new Promise<never>((_, reject) => {
      ended = () => reject(new Error('the object has ended'));
      object.onEnd.add(ended);
    });
    end.catch(() => undefined);
    try {
      const reply = await Promise.race([object.call(shards, name, args), end]);
      await scheduler.wait(scheduler.between(0.5, 5), `reply ${shard} ${name}`);
      if (scheduler.chance(faults.lostReply)) throw new Error('the reply was lost');
      return reply;
    } finally {
      object.onEnd.delete(ended);
    }
  }

  /** The clock of a shard's machine: it may be ahead of the true time, and goes back now and then. */
  clockOf(shard: number): number {
    return Math.floor(this.scheduler.time) + (this.#clocks[shard] ?? 60_000);
  }

  setClockBack(shard: number, milliseconds: number): void {
    this.#clocks[shard] = Math.max(0, (this.#clocks[shard] ?? 60_000) - milliseconds);
  }

  /** Has the stored alarm fire, unless it is lost. */
  scheduleAlarm(shard: number): void {
    const disk = this.#disk(shard);
    const at = disk.storedAlarm;
    if (at === null) return;
    const { scheduler, faults } = this;
    const isLost = scheduler.chance(faults.lostAlarm);
    if (isLost) disk.storeAlarm(null);
    if (isLost || scheduler.chance(faults.stuckAlarm)) return;
    const late = scheduler.chance(faults.lateAlarm) ? scheduler.between(100, 30_000) : scheduler.between(0, 5);
    scheduler.after(at - this.clockOf(shard) + late, `alarm ${shard}`, () => {
      if (disk.storedAlarm === at) this.#runAlarm(shard);
    });
  }

  #runAlarm(shard: number): void {
    const { scheduler } = this;
    const disk = this.#disk(shard);
    const object = this.#object(shard);
    // workerd runs one alarm at a time, and the next one after it.
    if (object.isInAlarm) return void scheduler.after(1_000, `alarm ${shard} later`, () => this.scheduleAlarm(shard));
    disk.storeAlarm(null);
    const retry = (): void => {
      if (scheduler.chance(this.faults.lostAlarm) || disk.storedAlarm !== null) return;
      disk.storeAlarm(this.clockOf(shard) + alarmRetry);
      this.scheduleAlarm(shard);
    };
    object.onEnd.add(retry);
    void object.alarm().finally(() => object.onEnd.delete(retry));
    if (scheduler.chance(this.faults.doubledAlarm)) void object.alarm();
  }

  /** The object of a shard ends where it stands; another one begins when it is called, or its alarm fires. */
  kill(shard: number): void {
    this.scheduler.note(`kill ${shard}`);
    this.#objects[shard]?.end();
    this.#objects[shard] = undefined;
  }

  #disk(shard: number): Disk {
    const disk = this.#disks[shard] ?? new Disk();
    this.#disks[shard] = disk;
    return disk;
  }

  #object(shard: number): ShardObject {
    const living = this.#objects[shard];
    if (living && !living.isGone) return living;
    const object = new ShardObject(this, shard, this.#disk(shard));
    this.#objects[shard] = object;
    return object;
  }

  async #everyMinute(): Promise<void> {
    const { scheduler, faults } = this;
    scheduler.after(60_000, 'cron', () => this.#everyMinute());
    for (let shard = 0; shard < this.shards; shard += 1) {
      if (scheduler.chance(faults.kill)) {
        // Another object begins while this one is at work: the storage knows only the newer one.
        scheduler.after(scheduler.between(0, 60_000), `end ${shard}`, () => this.kill(shard));
      }
      if (scheduler.chance(faults.clockBack)) {
        this.setClockBack(shard, scheduler.between(1, 4_000));
      }
      void this.call(shard, 'tick', []).catch(() => undefined);
    }
  }

  emitted(shard: number, event: EventName, fields: EventFields): void {
    const name = event === 'alert' ? `alert ${fields.code}` : event;
    this.events.set(name, (this.events.get(name) ?? 0) + 1);
    this.scheduler.note(`${shard} ${event} ${JSON.stringify(fields)}`);
  }

  async takeAlert(_alert: { id: string; body: string }): Promise<void> {
    await this.scheduler.wait(50, 'push');
    if (this.scheduler.chance(0.3)) throw new Error('the alert was not taken');
    this.alerts += 1;
  }
}

/** 128 bits of FNV: enough to tell the bodies of a simulation apart. */
function digestOf(bytes: Uint8Array): string {
  const hashes = [0x811c9dc5, 0x1234567, 0x9e3779b9, 0x7f4a7c15];
  for (const byte of bytes) {
    for (let index = 0; index < 4; index += 1) {
      hashes[index] = Math.imul((hashes[index] as number) ^ (byte + index), 0x01000193) >>> 0;
    }
  }
  return hashes.map((hash) => hash.toString(16).padStart(8, '0')).join('');
}
