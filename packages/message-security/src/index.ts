export type { BytesLike } from './crypto/bytes.ts';
export type { RsaJwk, WebCrypto, WebCryptoKey } from './crypto/web-crypto.ts';
export {
  AlgorithmNotSupported,
  type AnyMessageError,
  BodyIncomplete,
  BodyTooLarge,
  DecryptionFailed,
  HeaderInvalid,
  isMessageError,
  MessageError,
  MessageReplayed,
  ResponseMissing,
  ResponseUnexpected,
  SignatureVerificationFailed,
  type Stage,
  TimeNotAccepted,
  tracerIdOf,
} from './errors.ts';
export { diagnoseKeys, fingerprint, type KeyDiagnosis, type KeysToDiagnose } from './keys/diagnosis.ts';
export {
  importPrivateKey,
  importPublicKey,
  type KeyInput,
  type KeyOptions,
  type LocalPrivateKey,
  type PrivateKey,
  type PublicKey,
} from './keys/key.ts';
export type { KeyRing } from './keys/key-ring.ts';
export { type Encryption, RSA_AES, type SymmetricKeyLength } from './message/encryption.ts';
export { formatHeader, parseHeader, type SecurityHeader } from './message/header.ts';
export {
  type OpenedRequest,
  type OpenedResponse,
  openRequest,
  openResponse,
  type SentRequest,
} from './message/open.ts';
export {
  type AllOptions,
  checkOptions,
  type MessageOptions,
  type OpenOptions,
  type OpenRequestOptions,
  type OpenResponseOptions,
  type SealOptions,
} from './message/options.ts';
export {
  type GuardedParts,
  memoryReplayStore,
  type ReplayGuard,
  type ReplayStore,
  replayGuard,
} from './message/replay.ts';
export { prepareResponse, type RepliedTo, sealRequest, sealResponse } from './message/seal.ts';
export { type SealedFetchOptions, sealedFetch } from './message/sealed-fetch.ts';
export type { SendingFetch } from './message/send.ts';
export { contentToBeSigned, httpUriOf, type SignedParts, sign, verify } from './message/signature.ts';
export { type RsaAesOptions, rsaAes } from './message/suites.ts';
export { formatTime, parseTime } from './message/time.ts';
export { printable } from './printable.ts';
