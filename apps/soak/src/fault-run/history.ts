/** What a fault run leaves behind, from three sides: what the merchant accepted, what it says, what the gateway has. */
import type { Posting } from './plan.ts';

/** A change of a pass that the merchant's Worker accepted, or a posting of its member that changes its points. */
export interface Accepted {
  passId: string;
  /**
   * Increases with each change of the pass: the points of an update or, for a member's pass, the number of the posting
   * from 1.
   */
  points: number | 'close';
  /** From the 202; null for a line of a batch and for a posting, whose replies have none. */
  revision: number | null;
}

/** A request as the gateway's ledger has it. */
export interface Received {
  /** The ledger's, in the order of receipt. */
  id: number;
  passId: string;
  /** As in `Accepted`. */
  points: number | 'close';
  /** Of the transaction that it shows. */
  billNo: string | null;
  /** Revision of the gateway's pass after the update took effect; `null` if it did not. */
  applied: number | null;
  tracerId: string | null;
  fault: string | null;
  /** What was decided; `null` if the gateway was killed before. */
  resultStatus: 'S' | 'F' | 'U' | null;
  /** The one on the wire. */
  exchangeId: number | null;
}

/** A request on the wire between the two: from its first byte until its reply or its connection has ended. */
export interface Exchange {
  id: number;
  passId: string;
  /** Milliseconds of one clock. */
  from: number;
  until: number;
}

/** An attempt that the merchant recorded as delivered, whenever that was seen. */
export interface Confirmed {
  passId: string;
  revision: number;
  tracerId: string;
}

/** An outbox at the end. */
export interface Outbox {
  passId: string;
  state: string;
  /** Of the last change that was accepted. */
  revision: number;
  /** The last one that AlipayHK confirmed. */
  delivered: number;
  /** Whether what remains is a dead letter. */
  dead: boolean;
}

/** A pass at the gateway at the end. */
export interface GatewayPass {
  passId: string;
  points: number | null;
  closed: boolean;
}

/** A batch that was accepted, and what its merchant says of it at the end. */
export interface Batch {
  batchId: string;
  /** How many lines it had, and how many of them were of passes that had been closed before. */
  lines: number;
  refused: number;
  /** The merchant's counts; `undefined` if it does not know the batch. */
  counts: { lines: number; accepted: number; delivered: number; refused: number; pending: number } | undefined;
}

/** A member, what was posted for it, in order, and what its merchant says of it at the end. */
export interface MemberRecord {
  userId: string;
  passId: string;
  postings: readonly Posting[];
  /** The merchant's; `undefined` if it does not know the member. */
  counts: { points: number; bills: number; adjustments: number } | undefined;
}

/** All of it. */
export interface History {
  accepted: readonly Accepted[];
  received: readonly Received[];
  exchanges: readonly Exchange[];
  confirmed: readonly Confirmed[];
  outboxes: readonly Outbox[];
  passes: readonly GatewayPass[];
  batches: readonly Batch[];
  members: readonly MemberRecord[];
}
