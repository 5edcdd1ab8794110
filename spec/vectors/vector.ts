/** The form of a vector: one message on the wire, one field per stage. README.md says what each field holds. */
export interface Vector {
  /** What the case shows, in one sentence. */
  title: string;
  direction: 'request' | 'response';
  /** Whose private key made `signature`; `null` when nothing was signed. */
  signer: 'merchant' | 'gateway' | 'stranger' | null;
  /** The body before encryption; `null` when it was not encrypted, or see `plaintextHex`. */
  plaintext: string | null;
  /** In place of `plaintext` where those bytes are not UTF-8, or end in a padding made by hand. */
  plaintextHex?: string;
  /** The AES key in hex. */
  symmetricKey: string | null;
  /** The AES key under the receiver's RSA key, in base64 on one line. */
  encryptedKey: string | null;
  method: string;
  httpUri: string;
  clientId: string;
  /** The time header as it arrives; empty when there is none. */
  time: string;
  /** The body as it arrives. */
  body: string;
  /** What the signer signed; in a refused case it may differ from what arrives. */
  contentToBeSigned: string | null;
  /** The signature of `contentToBeSigned`, in base64 on one line. */
  signature: string | null;
  /** As they arrive, in order; a name may come twice. */
  headers: [name: string, value: string][];
  expect: 'accepted' | { code: RefusalCode };
}

export type RefusalCode =
  | 'HeaderInvalid'
  | 'AlgorithmNotSupported'
  | 'SignatureVerificationFailed'
  | 'DecryptionFailed'
  | 'TimeNotAccepted'
  | 'ResponseUnexpected';
