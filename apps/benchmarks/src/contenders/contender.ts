/** One way to do a merchant's work. All of them take and give the same, so that any two can be timed and crossed. */
import type { SignedParts } from '@alipayhk-pass/message-security';

export interface Contender {
  /** The text of the Signature header. */
  sign(parts: SignedParts): Promise<string>;
  /** Rejects, or settles with something falsy, when the signature does not verify. */
  verify(parts: SignedParts, signature: string): Promise<unknown>;
  /** An encrypted and signed request from a plain one. */
  seal(request: Request): Promise<Request>;
  /** The plain body of an encrypted and signed response; rejects when the signature does not verify. */
  open(response: Response): Promise<Uint8Array>;
}
