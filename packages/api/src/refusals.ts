/**
 * What is refused, and what the wire says of it: a result code and a fixed message. The rich reason is an error, which
 * goes to a hook and never to the wire.
 */
import { isMessageError, type Stage } from '@alipayhk-pass/message-security';
import type { ResultInfo } from './generated/types.ts';

/** A request whose reply is F or U before or instead of the handler's result. */
export interface Refusal {
  resultInfo: ResultInfo;
  /** Where the request was refused. */
  stage: Stage;
  /** The rich reason: for logs, not for the wire. */
  error: unknown;
  tracerId: string;
  /** As received, at most 64 characters; verified only if it was the handler that failed. */
  clientId: string | undefined;
}

/**
 * Codes of a neighbouring API of AlipayHK's, and the HTTP status of a reply that is not signed.
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

/** A refusal that no other error stands for. */
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

/** What the wire says of a refusal at this stage; U of one that is not about the request. */
export function refusalOf(stage: Stage, error: unknown): { resultInfo: ResultInfo; status: number } {
  const resultCode = refusalCodeOf(stage, error);
  const [resultStatus, resultMessage, status] = refusals[resultCode];
  return { resultInfo: { resultCode, resultStatus, resultMessage }, status };
}

function refusalCodeOf(stage: Stage, error: unknown): RefusalCode {
  if (error instanceof Refused) return error.resultCode;
  // At these stages functions of the caller's run: an error of this package is about a message of their own.
  if (['client', 'handler', 'sealing'].includes(stage) || !isMessageError(error)) return 'UNKNOWN_EXCEPTION';
  const isAboutEncrypt = error.code === 'HeaderInvalid' && error.header === 'Encrypt';
  const isAboutSignature = ['headers', 'signature', 'time', 'replay'].includes(stage);
  // What is left is about the body: too large, not to be decrypted, not as the contract has it. One code for all.
  return isAboutSignature && !isAboutEncrypt ? 'INVALID_SIGNATURE' : 'PARAM_ILLEGAL';
}

/** Hands a refusal to the hook; a log that fails, at once or later, must not keep the other end from its reply. */
export function emitRefusal<Context>(
  onRefusal: ((refusal: Refusal, context: Context) => unknown) | undefined,
  refusal: Refusal,
  context: Context,
): void {
  new Promise((resolve) => resolve(onRefusal?.(refusal, context))).catch(() => undefined);
}
