/** What a fault is, and what it has to work with. */

import type { ResultInfo } from '@alipayhk-pass/api/gateway';
import type { Encryption, KeyRing, PrivateKey, PublicKey } from '@alipayhk-pass/message-security';
import type { Reply } from './reply.ts';

/** One fault of the catalog. It befalls requests that were verified and fit the contract. */
export interface Fault {
  name: string;
  description: string;
  /** Whether the update takes effect all the same. */
  applies: boolean;
  /** What it takes besides the requests that it befalls. */
  parameters?: readonly string[];
  /** Said in place of the outcome; the outcome of a fault that does not apply is UNKNOWN_EXCEPTION unless given. */
  resultInfo?: ResultInfo;
  /** What becomes of the sealed answer. */
  reply?: (sealed: Reply, exchange: FaultyExchange) => Reply | Promise<Reply>;
}

/** The exchange that a fault befalls. */
export interface FaultyExchange {
  /** What the sealed answer says. */
  resultInfo: ResultInfo;
  tracerId: string;
  /** Whether the request was encrypted. */
  encrypted: boolean;
  /** In milliseconds, for those that take it. */
  delayMs: number;
  /** Seals another answer to the same request. */
  seal: (body: object, change?: Resealing) => Promise<Reply>;
}

/** How another answer differs from the one that was sealed. */
export interface Resealing {
  encrypted?: boolean;
  encryption?: Encryption;
  privateKey?: PrivateKey;
  encryptionKey?: KeyRing<PublicKey>;
  now?: () => number;
}
