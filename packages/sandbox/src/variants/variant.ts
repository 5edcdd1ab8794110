/** What a variant is: a gateway that differs from the default one in a question that AlipayHK's documents leave open. */
import type { ResultInfo } from '@alipayhk-pass/api/gateway';
import type { Encryption } from '@alipayhk-pass/message-security';
import type { AnyHeaderCase } from '../gateway/header-case.ts';
import type { Stage } from '../gateway/stages.ts';

/** Why a variant refuses a request that api's gateway would accept. */
export interface VariantRefusal {
  stage: Stage;
  resultInfo: ResultInfo;
  /** For the ledger and the log; never key bytes, plaintext or signatures. */
  reason: string;
}

/** A variant, as it is shown. */
export interface VariantKind {
  /** By which it is chosen. */
  name: string;
  /** What its gateway does otherwise, in a sentence. */
  description: string;
  /**
   * Numbers of {@link https://github.com/alipayhk-pass/alipayhk-pass/blob/main/spec/ASSUMPTIONS.md the assumptions}: the
   * questions that it decides in another way.
   */
  assumptions: readonly `A${number}`[];
}

/** A variant without what only the gateway needs. */
export const kindOf = ({ name, description, assumptions }: Variant): VariantKind => ({
  name,
  description,
  assumptions,
});

/** A variant with what it does. What it leaves out is as in the default gateway. */
export interface Variant extends VariantKind {
  /** How bodies are encrypted. */
  encryption?: Encryption;
  /** Content-Type of an encrypted reply. */
  encryptedContentType?: string;
  /** Replies are plain, also those to encrypted requests. */
  repliesInPlain?: boolean;
  /** The version that the Signature header of a reply names. */
  replyKeyVersion?: string;
  /** How the names of a reply's headers are spelled, for a merchant without a setting of its own. */
  headerCase?: AnyHeaderCase;
  /** The body of a reply. */
  bodyOf?: (resultInfo: ResultInfo) => object;
  /** The result in place of another. */
  resultOf?: (resultInfo: ResultInfo) => ResultInfo;
  /** Response-Time in another form; it is signed in that form. */
  timeOf?: (time: string) => string;
  /** The value of the Signature header, from its base64. */
  signatureOf?: (base64: string) => string;
  /** Changes headers that are not signed. */
  changeHeaders?: (headers: Headers) => void;
  /** HTTP status of the reply to a wrong signature, which is then not signed. */
  unsignedRefusalStatus?: number;
  /** Called when the body is complete, before anything in it is verified. */
  refuseUnverified?: (request: Request) => VariantRefusal | undefined;
  /** Called when the request is verified and fits the contract. */
  refuseVerified?: (encrypted: boolean) => VariantRefusal | undefined;
}
