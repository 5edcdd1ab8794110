/**
 * AlipayHK's end: open the request, check its body, ask the handler, and seal the answer. Every request gets a
 * well-formed answer with a result code; why it was refused goes to a hook and never to the wire.
 */
import {
  AlgorithmNotSupported,
  checkOptions,
  HeaderInvalid,
  httpUriOf,
  type KeyRing,
  MessageError,
  MessageReplayed,
  type OpenedRequest,
  type OpenRequestOptions,
  openRequest,
  type PrivateKey,
  type PublicKey,
  RSA_AES,
  type SealOptions,
  SignatureVerificationFailed,
  sealResponse,
  TimeNotAccepted,
} from '@alipayhk-pass/message-security';
import * as v from 'valibot';
import { check, readJson, updatePassPath } from './body.ts';
import { RequestInvalid } from './errors.ts';
import { vResultInfo, vUpdatePassRequest } from './generated/schemas.ts';
import type { ResultInfo, UpdatePassRequest } from './generated/types.ts';

export { type Issue, RequestInvalid } from './errors.ts';
export type { CodeInfo, DataInfo, ResultInfo, UpdatePassRequest } from './generated/types.ts';

/** Who sent an update, and how. */
export interface UpdateContext {
  clientId: string;
  /** The Request-Time header, verbatim. */
  requestTime: string;
  encrypted: boolean;
  /** Version of the key that verified the request, where that key has one. */
  keyVersion: string | undefined;
  /** Sent back as Tracer-Id. */
  tracerId: string;
}

/** A request that was answered with F or U before or instead of the handler's result. */
export interface Refusal {
  resultInfo: ResultInfo;
  /** The rich reason: for logs, not for the wire. */
  error: unknown;
  tracerId: string;
  /** As received, and verified only if it was the handler that failed. */
  clientId: string | undefined;
}

type Shared =
  | 'bodyTimeout'
  | 'tolerance'
  | 'now'
  | 'crypto'
  | 'replayGuard'
  | 'requireEncryption'
  | 'decryptionKey'
  | 'encryption';

/** What `createGateway` takes. */
export interface GatewayOptions
  extends Pick<OpenRequestOptions, Shared>,
    Pick<SealOptions, 'zone' | 'keyVersion' | 'encryptedContentType'> {
  /** A merchant's public key, or its versions, the latest last; `undefined` for a Client-Id that is unknown. */
  publicKeyOf: (clientId: string) => Keys | Promise<Keys>;
  /** Where `publicKeyOf` is no RSA key (ECC224): the one to which answers are encrypted. */
  encryptionKeyOf?: ((clientId: string) => Keys | Promise<Keys>) | undefined;
  /** The gateway's own key: signs answers, decrypts requests. */
  privateKey: KeyRing<PrivateKey>;
  /** Longest request body in bytes as on the wire; 1 MiB unless given. */
  maxBodyBytes?: number | undefined;
  /** Applies an update that was verified and fits the contract. */
  handler: (update: UpdatePassRequest, context: UpdateContext) => ResultInfo | Promise<ResultInfo>;
  /** Told of every refusal; what it throws or rejects with is ignored, and it is not waited for. */
  onRefusal?: ((refusal: Refusal) => unknown) | undefined;
}

type Keys = KeyRing<PublicKey> | null | undefined;

/** Codes of the gateway's own refusals; those of a neighbouring API of AlipayHK's (A22). */
const refusals = {
  INVALID_API: ['F', 'The called API is invalid or not active.'],
  METHOD_NOT_SUPPORTED: ['F', 'The server does not implement the requested HTTP method.'],
  MEDIA_TYPE_NOT_ACCEPTABLE: ['F', 'The server does not implement the media type of the request.'],
  INVALID_CLIENT: ['F', 'The client is invalid.'],
  INVALID_SIGNATURE: ['F', 'The signature is invalid.'],
  PARAM_ILLEGAL: ['F', 'Illegal parameters.'],
  UNKNOWN_EXCEPTION: ['U', 'The API failed for an unknown reason.'],
} as const satisfies Record<string, readonly [ResultInfo['resultStatus'], string]>;

type RefusalCode = keyof typeof refusals;

/** A refusal that no other error stands for. */
class Refused extends Error {
  override readonly name = 'Refused';
  readonly resultCode: RefusalCode;
  constructor(resultCode: RefusalCode, expected: string) {
    super(expected);
    this.resultCode = resultCode;
  }
}

/**
 * A gateway for updatePass: standard Request in, standard Response out. Bodies over `maxBodyBytes` (1 MiB unless given)
 * are refused before anything is verified. Answers are signed whenever the Client-Id is known, and encrypted if and only if
 * the request was (A7).
 *
 * @throws TypeError that names the option and what was expected
 */
export function createGateway(options: GatewayOptions): (request: Request) => Promise<Response> {
  const { privateKey, handler, crypto = globalThis.crypto, maxBodyBytes = 1024 * 1024, encryption = RSA_AES } = options;
  checkOptions({ ...options, encryption, maxBodyBytes }, ['privateKey']);
  for (const name of ['publicKeyOf', 'handler'] as const) {
    if (typeof options[name] !== 'function') throw new TypeError(`${name}: expected a function`);
  }

  return async (request) => {
    const tracerId = crypto.randomUUID().replaceAll('-', '');
    const clientId = request.headers.get('Client-Id') ?? undefined;
    const encrypted = request.headers.has('Encrypt');
    let publicKey: Keys;
    let encryptionKey: Keys;
    let resultInfo: ResultInfo;
    try {
      publicKey = clientId === undefined ? undefined : await options.publicKeyOf(clientId);
      encryptionKey = clientId === undefined ? undefined : await options.encryptionKeyOf?.(clientId);
      checkTarget(request);
      if (clientId === undefined || publicKey == null) {
        throw new Refused('INVALID_CLIENT', 'expected a Client-Id that is configured');
      }
      const opened = await openRequest(request, { ...options, clientId, publicKey, encryption, maxBodyBytes });
      publicKey = opened.publicKey;
      // Before the handler: an answer that could not be encrypted must not be found out once the update was applied.
      if (encrypted && !encryptionKey && publicKey.algorithm !== 'RSA256') {
        throw new TypeError('encryptionKeyOf: expected the RSA key of a merchant who does not sign with one');
      }
      const update = await readUpdate(opened);
      const { requestTime } = opened;
      const { keyVersion } = opened.publicKey;
      const context = { clientId, requestTime, encrypted, keyVersion, tracerId };
      resultInfo = v.parse(vResultInfo, await handler(update, context));
    } catch (error) {
      resultInfo = refusalOf(error);
      tell(options.onRefusal, { resultInfo, error, tracerId, clientId });
    }

    const answer = () => Response.json({ resultInfo }, { headers: { 'Tracer-Id': tracerId } });
    if (clientId === undefined || publicKey == null) return answer();
    const seal = { ...options, clientId, privateKey, publicKey, encryptionKey: encryptionKey ?? undefined, encryption };
    try {
      return await sealResponse(answer(), { httpUri: httpUriOf(request.url), encrypted }, seal);
    } catch (error) {
      // The update may have been applied, but nobody can vouch for the answer: an HTTP error, never an unsigned success.
      resultInfo = refusalOf(error);
      tell(options.onRefusal, { resultInfo, error, tracerId, clientId });
      return new Response(answer().body, { status: 500, headers: answer().headers });
    }
  };
}

function checkTarget(request: Request): void {
  if (new URL(request.url).pathname !== updatePassPath)
    throw new Refused('INVALID_API', `expected the path ${updatePassPath}`);
  if (request.method !== 'POST') throw new Refused('METHOD_NOT_SUPPORTED', 'expected POST');
  const [type = '', ...parameters] = (request.headers.get('Content-Type') ?? '').toLowerCase().split(/\s*;\s*/);
  const charset = parameters.find((parameter) => parameter.startsWith('charset='));
  // A6: an encrypted body goes by its Encrypt header, not by its media type.
  if (!['application/json', 'text/plain'].includes(type.trim()) || !/^(charset="?utf-8"?)?$/.test(charset ?? '')) {
    throw new Refused('MEDIA_TYPE_NOT_ACCEPTABLE', 'expected Content-Type application/json or text/plain in UTF-8');
  }
}

/** @throws RequestInvalid, DecryptionFailed */
async function readUpdate({ request, encrypted }: OpenedRequest): Promise<UpdatePassRequest> {
  const json = readJson(await request.arrayBuffer(), encrypted);
  const { value, issues } = json.issues ? json : check(vUpdatePassRequest, json.value);
  if (issues) throw new RequestInvalid(issues);
  return value;
}

function refusalOf(error: unknown): ResultInfo {
  const resultCode = refusalCodeOf(error);
  const [resultStatus, resultMessage] = refusals[resultCode];
  return { resultCode, resultStatus, resultMessage };
}

function refusalCodeOf(error: unknown): RefusalCode {
  if (error instanceof Refused) return error.resultCode;
  if (
    error instanceof SignatureVerificationFailed ||
    error instanceof TimeNotAccepted ||
    error instanceof MessageReplayed
  )
    return 'INVALID_SIGNATURE';
  if (error instanceof HeaderInvalid || error instanceof AlgorithmNotSupported) {
    return error.header === 'Encrypt' ? 'PARAM_ILLEGAL' : 'INVALID_SIGNATURE';
  }
  // What is left of them is about the body: too large, not to be decrypted, not as the contract has it. One code for all.
  return error instanceof MessageError ? 'PARAM_ILLEGAL' : 'UNKNOWN_EXCEPTION';
}

/** A log that fails, at once or later, must not keep the merchant from its answer. */
function tell(onRefusal: GatewayOptions['onRefusal'], refusal: Refusal): void {
  new Promise((resolve) => resolve(onRefusal?.(refusal))).catch(() => undefined);
}
