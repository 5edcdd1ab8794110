/** A shard as a Durable Object: workerd's storage, alarm and clock around `Shard`. */
import { DurableObject } from 'cloudflare:workers';
import { readFieldNames } from '../config/field-names.ts';
import { readMerchant } from '../config/keys.ts';
import { readLimits } from '../config/limits.ts';
import { hmacHex } from '../digests.ts';
import { emit } from '../events.ts';
import { pushAlert } from './alert-push.ts';
import { callShards, shardName } from './call-shards.ts';
import { type CallShard, type Operations, operationsOf, perform, type Reply } from './operations.ts';
import type { Ports, SqlValue } from './ports.ts';
import { Shard } from './shard.ts';

/**
 * What Cloudflare charges for, summed over the shards of this isolate: rows written, alarms set, calls and alarms received.
 */
export interface Usage {
  rows: number;
  alarms: number;
  calls: number;
}

export class OutboxShard extends DurableObject<Env> {
  readonly shard: Shard;
  readonly #operations: Operations;
  /** Since the isolate began. */
  static readonly usage: Usage = { rows: 0, alarms: 0, calls: 0 };

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env);
    this.shard = new Shard(this.#ports());
    this.#operations = operationsOf(this.shard);
  }

  /**
   * Performs an operation.
   *
   * @param shards - how many there are, as the caller has it
   */
  call(shards: number, name: keyof Operations, args: unknown[]): Promise<Reply> {
    OutboxShard.usage.calls += 1;
    return perform(this.shard, this.#operations, { shards, name, args });
  }

  override alarm(): Promise<void> {
    OutboxShard.usage.calls += 1;
    return this.shard.loop.run();
  }

  #ports(): Ports {
    const { storage, id } = this.ctx;
    const { env } = this;
    const { usage } = OutboxShard;
    const callOthers = callShards(env);
    return {
      sql: <Row extends Record<string, SqlValue>>(query: string, ...bindings: SqlValue[]): Row[] => {
        const cursor = storage.sql.exec<Row>(query, ...bindings);
        const rows = cursor.toArray();
        usage.rows += cursor.rowsWritten;
        return rows;
      },
      transaction: (run) => storage.transactionSync(run),
      alarm: {
        get: () => storage.getAlarm(),
        set: (at) => {
          usage.alarms += 1;
          void storage.setAlarm(Math.ceil(at));
        },
        clear: () => void storage.deleteAlarm(),
      },
      now: () => Date.now(),
      random: () => Math.random(),
      randomText: () => crypto.randomUUID(),
      sleep: (milliseconds) => {
        let cancel = (): void => undefined;
        const done = new Promise<void>((resolve) => {
          const timer = setTimeout(resolve, milliseconds);
          cancel = () => {
            clearTimeout(timer);
            resolve();
          };
        });
        return { done, cancel };
      },
      limits: () => readLimits(env),
      fieldNames: () => readFieldNames(env),
      client: async () => (await readMerchant(env)).client,
      hmac: hmacHex,
      push: (alert) => pushAlert(readLimits(env), alert),
      // A call of this very shard needs no request.
      call: (async (shard, name, ...args) => {
        if (shardName(shard) !== id.name) return await callOthers(shard, name, ...args);
        const operation = this.#operations[name] as (...args: unknown[]) => unknown;
        return await operation(...args);
      }) as CallShard,
      emit: (event, fields) => emit(env, event, fields),
    };
  }
}
