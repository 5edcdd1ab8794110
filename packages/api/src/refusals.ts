/**
 * Refusals: the result code, the fixed message and the HTTP status that the sender gets for each. The error with the
 * reason goes to `onRefusal` and never to the wire.
 */
import { isMessageError, type Stage } from '@alipayhk-pass/message-security';
import type { ResultInfo } from './generated/types.ts';

/** A request that gets F or U because it was refused, or because the handler or the reply failed. */
export interface Refusal {
  /** What the sender gets. */
  resultInfo: ResultInfo;
  /** Where the request was refused. */
  stage: Stage;
  /** The reason, for logs: an error of these packages, or whatever a handler or hook threw. */
  error: unknown;
  /** The Tracer-Id header of the reply. */
  tracerId: string;
  /** The Client-Id header as received, at most 64 characters; unverified before the stage `time`. */
  clientId: string | undefined;
}

/**
 * By result code: status and message of the reply, and HTTP status of an unsigned one. The codes are those of a
 * neighbouring API of AlipayHK.
 *
 * @see {@link https://github.com/alipayhk-pass/alipayhk-pass/blob/main/spec/ASSUMPTIONS.md#a22 A22}, {@link https://github.com/alipayhk-pass/alipayhk-pass/blob/main/spec/ASSUMPTIONS.md#a31 A31}
 */
const refusals = {
  INVALID_API: ['F', 'The called API is invalid or not active.', 404],
  METHOD_NOT_SUPPORTED: ['F', 'The server does not implement the requested HTTP method.', 405],
  MEDIA_TYPE_NOT_ACCEPTABLE: ['F', 'The server does not implement the media type of the request.', 415],
  INVALID_CLIENT: ['F', 'The client is invalid.', 401],
  INVALID_SIGNATURE: ['F', 'The signature is invalid.', 401],
  PARAM_ILLEGAL: ['F', 'Illegal parameters.', 400],
  UNKNOWN_EXCEPTION: ['U', 'The API failed for an unknown reason.', 500],
} as const satisfies Record<string, readonly [ResultInfo['resultStatus'], string, number]>;

type RefusalCode = keyof typeof refusals;

/** A refusal of the target or of the Client-Id. Every other refusal has an error of its own. */
export class Refused extends Error {
  override readonly name = 'Refused';
  readonly resultCode: RefusalCode;
  readonly stage: Stage;
  constructor(resultCode: RefusalCode, text: string) {
    super(text);
    this.resultCode = resultCode;
    this.stage = resultCode === 'INVALID_CLIENT' ? 'client' : 'target';
  }
}

/**
 * The reply to a refusal: F when the request is at fault, U when a handler, a hook or sealing failed.
 *
 * @param stage - where it was refused
 * @param error - the reason; only its class, code and header are used
 * @returns the body's `resultInfo`, and the HTTP status of an unsigned reply
 * @see {@link https://github.com/alipayhk-pass/alipayhk-pass/blob/main/spec/ASSUMPTIONS.md#a22 A22}, {@link https://github.com/alipayhk-pass/alipayhk-pass/blob/main/spec/ASSUMPTIONS.md#a31 A31}
 */
export function refusalOf(stage: Stage, error: unknown): { resultInfo: ResultInfo; status: number } {
  const resultCode = refusalCodeOf(stage, error);
  const [resultStatus, resultMessage, status] = refusals[resultCode];
  return { resultInfo: { resultCode, resultStatus, resultMessage }, status };
}

function refusalCodeOf(stage: Stage, error: unknown): RefusalCode {
  if (error instanceof Refused) return error.resultCode;
  // Any error at this stage: what a remote key returns must not become an oracle.
  if (stage === 'decryption') return 'PARAM_ILLEGAL';
  // At these stages functions of the caller run: a MessageError from one of them is about another message.
  if (['client', 'handler', 'sealing'].includes(stage) || !isMessageError(error)) return 'UNKNOWN_EXCEPTION';
  const isAboutEncrypt = error.code === 'HeaderInvalid' && error.header === 'Encrypt';
  const isAboutSignature = ['headers', 'signature', 'time', 'replay'].includes(stage);
  // The rest is about the body: too large, does not decrypt, does not fit the contract. One code for all.
  return isAboutSignature && !isAboutEncrypt ? 'INVALID_SIGNATURE' : 'PARAM_ILLEGAL';
}

/**
 * Calls the hook with a refusal, and ignores its errors: a log that fails must not cost the sender its reply.
 *
 * @param onRefusal - the hook, if there is one; it is not awaited
 */
export function emitRefusal<Context>(
  onRefusal: ((refusal: Refusal, context: Context) => unknown) | undefined,
  refusal: Refusal,
  context: Context,
): void {
  new Promise((resolve) => resolve(onRefusal?.(refusal, context))).catch(() => undefined);
}
