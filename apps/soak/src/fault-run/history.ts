/** What a fault run leaves behind, from three sides: what the merchant accepted, what it says, what the gateway has. */

/** A change of a pass that the merchant's Worker accepted. */
export interface Accepted {
  passId: string;
  /** Each update of a pass carries a larger one; a close carries none. */
  points: number | 'close';
  /** The outbox's, from the reply 202. */
  revision: number;
}

/** A request as the gateway's ledger has it. */
export interface Received {
  /** The ledger's, in the order of receipt. */
  id: number;
  passId: string;
  points: number | 'close';
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

/** A outbox at the end. */
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

/** All of it. */
export interface History {
  accepted: readonly Accepted[];
  received: readonly Received[];
  exchanges: readonly Exchange[];
  confirmed: readonly Confirmed[];
  outboxes: readonly Outbox[];
  passes: readonly GatewayPass[];
}
