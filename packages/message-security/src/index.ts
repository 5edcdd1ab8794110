export { diagnoseKeys, fingerprint, type KeyDiagnosis, type KeysToDiagnose } from './diagnosis.ts';
export { type Encryption, RSA_AES } from './encryption.ts';
export {
  AlgorithmNotSupported,
  type AnyMessageError,
  BodyIncomplete,
  BodyTooLarge,
  DecryptionFailed,
  HeaderInvalid,
  MessageError,
  MessageReplayed,
  ResponseMissing,
  ResponseUnexpected,
  SignatureVerificationFailed,
  TimeNotAccepted,
  tracerIdOf,
} from './errors.ts';
export { formatHeader, parseHeader, type SecurityHeader } from './header.ts';
export {
  importPrivateKey,
  importPublicKey,
  type KeyInput,
  type KeyOptions,
  type PrivateKey,
  type PublicKey,
} from './key.ts';
export type { KeyRing } from './key-ring.ts';
export {
  type OpenedRequest,
  type OpenedResponse,
  openRequest,
  openResponse,
  sealRequest,
  sealResponse,
} from './message.ts';
export {
  checkOptions,
  type MessageOptions,
  type OpenOptions,
  type OpenRequestOptions,
  type SealOptions,
} from './options.ts';
export { memoryReplayStore, type ReplayGuard, type ReplayStore, replayGuard } from './replay.ts';
export { type SealedFetchOptions, sealedFetch } from './sealed-fetch.ts';
export { contentToBeSigned, httpUriOf, type SignedParts, sign, verify } from './signature.ts';
export { type RsaAesOptions, rsaAes } from './suites.ts';
export { formatTime, parseTime } from './time.ts';
