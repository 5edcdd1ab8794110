/** What shards ask of one another: the operations that a shard calls itself, wherever the other one runs. */
import type { AcceptRefusal } from '../pass/accept.ts';
import type { Change } from '../pass/fields.ts';

/** Rows on their way to another shard, by table. */
export interface Moved {
  /** To how many shards they move. */
  to: number;
  rows: { table: string; row: Record<string, string | number | null> }[];
  /** Keys of the hashes among them. */
  hashKeys: string[];
  /** The last stamp of the shard that they come from, and the number of its last flight. */
  stamp: number;
  flight: number;
}

/** Those operations. */
export interface BetweenShards {
  /** Asks the first shard for the number of shards under which all of them are filled. */
  fillUnder(shards: number): { filledUnder: number; movingTo?: number | undefined };
  /** Tells a member that one of its passes leaves. */
  forgetLeavingPass(userId: string, passId: string): Promise<void>;
  /** Hands changes of a member's points to the shard of the pass. */
  handOver(
    passId: string,
    source: string,
    changes: readonly { sequence: number; change: Change }[],
  ): Promise<{ done: number; refusal?: AcceptRefusal | undefined }>;
  /** Hands rows to the shard that they belong to. */
  takeMoved(moved: Moved): void;
}

type Operation = (...args: never[]) => unknown;

/** Calls an operation of a shard, by its number. */
export type CallOf<Operations extends { [Name in keyof Operations]: Operation }> = <Name extends keyof Operations>(
  shard: number,
  name: Name,
  ...args: Parameters<Operations[Name]>
) => Promise<Awaited<ReturnType<Operations[Name]>>>;
