/**
 * What is refused, and what the wire is told of it: a result code and a fixed message. The rich reason is an error, which
 * goes to a hook and never to the wire.
 */
import {
  AlgorithmNotSupported,
  HeaderInvalid,
  MessageError,
  MessageReplayed,
  SignatureVerificationFailed,
  TimeNotAccepted,
} from '@alipayhk-pass/message-security';
import type { ResultInfo } from './generated/types.ts';

/** A request that was answered with F or U before or instead of the handler's result. */
export interface Refusal {
  resultInfo: ResultInfo;
  /** The rich reason: for logs, not for the wire. */
  error: unknown;
  tracerId: string;
  /** As received, and verified only if it was the handler that failed. */
  clientId: string | undefined;
}

/** Codes of a neighbouring API of AlipayHK's (A22), and the HTTP status of an answer that is not signed (A31). */
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
  constructor(resultCode: RefusalCode, expected: string) {
    super(expected);
    this.resultCode = resultCode;
  }
}

/** What the wire is told of an error; U of one that is not about the request. */
export function refusalOf(error: unknown): { resultInfo: ResultInfo; status: number } {
  const resultCode = refusalCodeOf(error);
  const [resultStatus, resultMessage, status] = refusals[resultCode];
  return { resultInfo: { resultCode, resultStatus, resultMessage }, status };
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

/** Tells the hook; a log that fails, at once or later, must not keep the other end from its answer. */
export function tell(onRefusal: ((refusal: Refusal) => unknown) | undefined, refusal: Refusal): void {
  new Promise((resolve) => resolve(onRefusal?.(refusal))).catch(() => undefined);
}
