/** One request on its way through the gateway. */
import type { Received, ResultInfo } from '@alipayhk-pass/api/gateway';
import type { PublicKey } from '@alipayhk-pass/message-security';
import type { TakenFault } from '../tables/faults.ts';
import type { AnyHeaderCase } from './header-case.ts';
import type { Verdict } from './stages.ts';

/** What is known of a request while it is in the gateway. */
export interface Exchange {
  /** As it was received; its body is read by api's gateway. */
  request: Request;
  /** Its entry in the ledger. */
  entryId: number;
  httpUri: string;
  encrypted: boolean;
  /** The body as it was on the wire, once it was read to its end. */
  wire?: Uint8Array;
  publicKeys?: [PublicKey, ...PublicKey[]] | undefined;
  headerCase: AnyHeaderCase;
  /** Once it is verified and fits the contract. */
  received?: Received;
  taken?: TakenFault | undefined;
  resultInfo?: ResultInfo;
  stages: Verdict[];
}
