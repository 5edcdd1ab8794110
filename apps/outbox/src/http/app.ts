/** What every route that needs the token works with. */
import type { Context } from 'hono';
import { readFieldNames } from '../config/field-names.ts';
import { readLimits } from '../config/limits.ts';
import { callShards } from '../shard/call-shards.ts';
import type { Operations } from '../shard/operations.ts';
import { shardOf } from '../shard/route.ts';

/** SHA-256 in hex. */
export type Digest = (bytes: Uint8Array) => Promise<string>;

export type App = { Bindings: Env; Variables: { digest: Digest } };
export type AppContext = Context<App>;

/** The shards, as one request works with them. */
export function shardsOf(env: Env) {
  const { shards } = readLimits(env);
  const call = callShards(env);
  return {
    shards,
    call,
    /** Calls the shard that an id belongs to. */
    of: <Name extends keyof Operations>(id: string, name: Name, ...args: Parameters<Operations[Name]>) =>
      call(shardOf(id, shards), name, ...args),
    /** Calls every shard. */
    all: <Name extends keyof Operations>(name: Name, ...args: Parameters<Operations[Name]>) =>
      Promise.all(Array.from({ length: shards }, (_, shard) => call(shard, name, ...args))),
  };
}

export const fieldNamesOf = (env: Env) => readFieldNames(env);
