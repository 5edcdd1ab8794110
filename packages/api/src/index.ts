export {
  diagnoseKeys,
  importPrivateKey,
  importPublicKey,
  isMessageError,
  type KeyDiagnosis,
  type KeyInput,
  type KeyOptions,
  type KeyRing,
  type KeysToDiagnose,
  MessageError,
  type PrivateKey,
  type PublicKey,
  RSA_AES,
  type Stage,
} from '@alipayhk-pass/message-security';
export {
  type Client,
  type ClientOptions,
  checkUpdate,
  createClient,
  type UpdatePassResult,
  unknownFields,
} from './client.ts';
export {
  type Issue,
  isUpdatePassError,
  type NotSuccess,
  RequestInvalid,
  ResponseInvalid,
  ResultNotSigned,
  ResultNotSuccess,
  type UpdatePassError,
} from './errors.ts';
export type { CodeInfo, DataInfo, ResultInfo, UpdatePassFields, UpdatePassRequest } from './generated/types.ts';
export {
  type GatewayProfile,
  optionsOfProfile,
  type ProfileFinding,
  type ProfileOptions,
  type ProfileSettings,
} from './profile.ts';
