/** A vector: one message on the wire, with one field per stage. README.md describes each field. */
export interface Vector {
  /** What the case shows, in one sentence. */
  title: string;
  direction: 'request' | 'response';
  /** Owner of the private key that made `signature`; `null` when nothing was signed. */
  signer: 'merchant' | 'gateway' | 'stranger' | null;
  /** The body before encryption; `null` when it was not encrypted, or when `plaintextHex` holds it. */
  plaintext: string | null;
  /** In place of `plaintext`, for bytes that are not UTF-8 or that end in a padding made by hand. */
  plaintextHex?: string;
  /** The AES key in hex. */
  symmetricKey: string | null;
  /** The AES key, encrypted with the receiver's RSA key, in base64 on one line. */
  encryptedKey: string | null;
  method: string;
  httpUri: string;
  clientId: string;
  /** The time header as received; empty when there is none. */
  time: string;
  /** The body as received. */
  body: string;
  /** The content that the signer signed. In a refused case the message received may differ from it. */
  contentToBeSigned: string | null;
  /** The signature of `contentToBeSigned`, in base64 on one line. */
  signature: string | null;
  /** The headers as received, in order; a name may be repeated. */
  headers: [name: string, value: string][];
  expect: 'accepted' | { code: RefusalCode };
}

/** Code of the error that opening throws. */
export type RefusalCode =
  | 'HeaderInvalid'
  | 'AlgorithmNotSupported'
  | 'SignatureVerificationFailed'
  | 'DecryptionFailed'
  | 'TimeNotAccepted'
  | 'ResponseUnexpected';
