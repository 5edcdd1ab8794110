/**
 * What a shard needs of the world: storage, an alarm, a clock, chance, and ways out. `outbox-shard.ts` fills it with
 * workerd's own, the simulation with SQLite under Node and virtual time.
 */
import type { Client } from '@alipayhk-pass/api';
import type { FieldNames } from '../config/field-names.ts';
import type { Limits } from '../config/limits.ts';
import type { EventFields, EventName } from '../events.ts';
import type { BetweenShards, CallOf } from './between-shards.ts';

/** A value of SQLite that a shard stores. */
export type SqlValue = string | number | null;

export interface Ports {
  /** Runs one statement and returns its rows. */
  sql<Row extends Record<string, SqlValue>>(query: string, ...bindings: SqlValue[]): Row[];
  /** Runs a function without await; all of its writes are stored, or none. */
  transaction<T>(run: () => T): T;
  /** The one alarm. What is set is stored together with the writes of the same turn. */
  alarm: { get(): Promise<number | null>; set(at: number): void; clear(): void };
  /** Milliseconds since the epoch. */
  now(): number;
  /** From 0 to 1. */
  random(): number;
  /** Characters that nobody can guess, for keys. */
  randomText(): string;
  /** Settles after so many milliseconds, or at once when `cancel` is called. */
  sleep(milliseconds: number): { done: Promise<void>; cancel(): void };
  /** @throws ConfigurationInvalid */
  limits(): Limits;
  /** @throws ConfigurationInvalid */
  fieldNames(): FieldNames;
  /** @throws ConfigurationInvalid */
  client(): Promise<Pick<Client, 'updatePass'>>;
  /** HMAC-SHA256 in hex. */
  hmac(key: string, text: string): Promise<string>;
  /** Pushes an alert; settles once it was taken. */
  push(alert: { id: string; body: string }): Promise<void>;
  /** Calls another shard, or this one. */
  call: CallOf<BetweenShards>;
  emit(event: EventName, fields: EventFields): void;
}
