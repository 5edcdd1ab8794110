export { diagnoseKeys, fingerprint, type KeyDiagnosis, type KeysToDiagnose } from './diagnosis.ts';
export { type Encryption, RSA_AES } from './encryption.ts';
export {
  AlgorithmNotSupported,
  type AnyMessageError,
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
  type KeyRing,
  type PrivateKey,
  type PublicKey,
} from './key.ts';
export {
  type MessageOptions,
  type OpenedRequest,
  type OpenedResponse,
  type OpenOptions,
  openRequest,
  openResponse,
  type SealedFetchOptions,
  type SealOptions,
  sealedFetch,
  sealRequest,
  sealResponse,
} from './message.ts';
export { memoryReplayStore, type ReplayGuard, type ReplayStore, replayGuard } from './replay.ts';
export { contentToBeSigned, httpUriOf, type SignedParts, sign, verify } from './signature.ts';
export { type RsaAesOptions, rsaAes } from './suites.ts';
export { formatTime, parseTime } from './time.ts';
