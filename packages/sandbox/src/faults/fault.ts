/** What a fault is, and what it works with. */
import type { ResultInfo } from '@alipayhk-pass/api/gateway';
import type { Reply } from '../gateway/reply.ts';
import type { SealReply } from '../variants/seal.ts';

/** One fault of the catalog. Only a request that verified and fits the contract takes one. */
export interface Fault {
  name: string;
  description: string;
  /** Whether the update takes effect nevertheless. */
  applies: boolean;
  /** Names of what the fault can be set up with, besides the requests that it is for. */
  parameters?: readonly string[];
  /** The result in place of the real one; where the update does not take effect, UNKNOWN_EXCEPTION unless given. */
  resultInfo?: ResultInfo;
  /** Changes the sealed reply. */
  reply?: (sealed: Reply, exchange: FaultyExchange) => Reply | Promise<Reply>;
}

/** The exchange that took a fault. */
export interface FaultyExchange {
  /** What the sealed reply says. */
  resultInfo: ResultInfo;
  tracerId: string;
  /** Whether the request was encrypted. */
  encrypted: boolean;
  /** Milliseconds, for `delay`. */
  delayMs: number;
  /** Seals another reply to the same request. */
  seal: SealReply;
}
