/**
 * One object of a shard: the real `Shard` on a disk. Whatever leaves it waits at the output gate until all that was
 * written before is confirmed. When it ends, what is not confirmed is lost and nothing of it goes on.
 */
import { readFieldNames } from '../src/config/field-names.ts';
import { readLimits } from '../src/config/limits.ts';
import type { EventFields, EventName } from '../src/events.ts';
import { type CallShard, type Operations, operationsOf, perform, type Reply } from '../src/shard/operations.ts';
import type { Ports } from '../src/shard/ports.ts';
import { Shard } from '../src/shard/shard.ts';
import type { Disk } from './disk.ts';
import type { Gateway } from './gateway.ts';
import type { Scheduler } from './scheduler.ts';

/** Thrown into what goes on after its object has ended. */
class ObjectGone extends Error {}

/** What an object needs of the world around it. */
export interface Surroundings {
  readonly scheduler: Scheduler;
  readonly env: Env;
  readonly gateway: Gateway;
  readonly faults: { slowDisk: number };
  clockOf(shard: number): number;
  scheduleAlarm(shard: number): void;
  call(shard: number, name: keyof Operations, args: unknown[]): Promise<unknown>;
  takeAlert(alert: { id: string; body: string }): Promise<void>;
  emitted(shard: number, event: EventName, fields: EventFields): void;
}

export class ShardObject {
  readonly number: number;
  readonly #world: Surroundings;
  readonly #disk: Disk;
  readonly #shard: Shard;
  readonly #operations: Operations;
  isGone = false;
  isInAlarm = false;
  #confirming = false;
  #atGate: (() => void)[] = [];
  /** Called when it ends. */
  readonly onEnd = new Set<() => void>();

  constructor(world: Surroundings, number: number, disk: Disk) {
    this.number = number;
    this.#world = world;
    this.#disk = disk;
    this.#shard = new Shard(this.#ports());
    this.#operations = operationsOf(this.#shard);
    this.#confirm();
  }

  call(shards: number, name: keyof Operations, args: unknown[]): Promise<Reply> {
    return this.#gated(perform(this.#shard, this.#operations, { shards, name, args }));
  }

  async alarm(): Promise<void> {
    if (this.isInAlarm) return this.#shard.loop.run(); // it rings twice
    this.isInAlarm = true;
    await this.#shard.loop.run();
    this.isInAlarm = false;
  }

  end(): void {
    if (this.isGone) return;
    this.isGone = true;
    this.#disk.rollback();
    this.#atGate = [];
    for (const ended of this.onEnd) ended();
  }

  /** Settles with a value once all that is written by then is confirmed; never, if the object ends before. */
  async #gated<T>(value: Promise<T>): Promise<T> {
    const settled = await value;
    await this.#gate();
    return settled;
  }

  #gate(): Promise<void> {
    return new Promise((resolve) => {
      if (this.isGone) return;
      if (!this.#disk.isDirty) resolve();
      else this.#atGate.push(resolve);
    });
  }

  /** Has what is written confirmed, soon. */
  #confirm(): void {
    if (this.#confirming || !this.#disk.isDirty) return;
    this.#confirming = true;
    const { scheduler, faults } = this.#world;
    const delay = scheduler.chance(faults.slowDisk) ? scheduler.between(50, 2_000) : scheduler.between(0, 3);
    scheduler.after(delay, `confirm ${this.number}`, () => {
      this.#confirming = false;
      if (this.isGone) return;
      if (this.#disk.commit()) this.#world.scheduleAlarm(this.number);
      const waiting = this.#atGate;
      this.#atGate = [];
      for (const resolve of waiting) resolve();
    });
  }

  #living(): void {
    if (this.isGone) throw new ObjectGone();
  }

  #ports(): Ports {
    const world = this.#world;
    const disk = this.#disk;
    const scheduler: Scheduler = world.scheduler;
    const written = <T>(value: T): T => {
      this.#confirm();
      return value;
    };
    return {
      sql: (query, ...bindings) => {
        this.#living();
        return written(disk.sql(query, ...bindings));
      },
      transaction: (run) => {
        this.#living();
        return written(disk.transaction(run));
      },
      alarm: {
        get: async () => {
          this.#living();
          return disk.alarm;
        },
        set: (at) => {
          this.#living();
          written(disk.setAlarm(Math.ceil(at)));
        },
        clear: () => {
          this.#living();
          written(disk.setAlarm(null));
        },
      },
      now: () => world.clockOf(this.number),
      random: () => scheduler.random(),
      randomText: () => `${scheduler.random()}`,
      sleep: (milliseconds) => {
        let cancel = (): void => undefined;
        const done = new Promise<void>((resolve) => {
          const takeBack = scheduler.after(milliseconds, `timer ${this.number}`, () => !this.isGone && resolve());
          cancel = () => {
            takeBack();
            resolve();
          };
        });
        return { done, cancel: () => cancel() };
      },
      limits: () => readLimits(world.env),
      fieldNames: () => readFieldNames(world.env),
      client: async () => ({
        updatePass: async (update) => {
          await this.#gate();
          return this.#alive(world.gateway.receive(update, this));
        },
      }),
      hmac: async (key, text) => `${key}/${text}`,
      push: async (alert) => {
        await this.#gate();
        await this.#alive(world.takeAlert(alert));
      },
      call: (async (shard, name, ...args) => {
        await this.#gate();
        return this.#alive(world.call(shard, name, args));
      }) as CallShard,
      emit: (event, fields) => {
        this.#living();
        world.emitted(this.number, event, fields);
      },
    };
  }

  /** What comes back goes on only while the object lives. */
  async #alive<T>(value: Promise<T>): Promise<T> {
    const settled = await value.then(
      (reply) => ({ reply }),
      (error: unknown) => ({ error }),
    );
    if (this.isGone) return new Promise(() => undefined);
    if ('error' in settled) throw settled.error;
    return settled.reply;
  }
}
