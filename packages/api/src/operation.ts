/** Operations of a gateway or of webhooks: a handler, with the schemas of its request and its reply. */
import type { OpenedRequest } from '@alipayhk-pass/message-security';
import type * as v from 'valibot';
import type { ResultInfo } from './generated/types.ts';

/** What is known of a verified request besides its body. */
export interface Received {
  /** The Client-Id of the sender. */
  clientId: string;
  /** The Request-Time header, verbatim. */
  requestTime: string;
  /** Whether the request was encrypted. */
  encrypted: boolean;
  /** Length of the symmetric key in bytes, if the request was encrypted; the key of the reply is as long. */
  symmetricKeyLength: OpenedRequest['symmetricKeyLength'];
  /** Version of the key that verified the request; `undefined` when that key has no version. */
  keyVersion: string | undefined;
  /** Id of this exchange: the Tracer-Id header of the reply. */
  tracerId: string;
}

/** The body of every reply. */
export interface Reply {
  resultInfo: ResultInfo;
}

/** A handler, with the schemas of its request and its reply. */
export interface Operation<Context> {
  readonly request: v.GenericSchema;
  readonly reply: v.GenericSchema<unknown, Reply>;
  readonly handler: (body: never, received: Received, context: Context) => unknown;
}

/**
 * Makes an operation. The types of the schemas are the types of the handler.
 *
 * @param request - schema of the request's body
 * @param reply - schema of the reply's body
 * @param handler - gets the body after the check; returns the body of the reply
 */
export function operation<Body, Result extends Reply, Context>(
  request: v.GenericSchema<unknown, Body>,
  reply: v.GenericSchema<unknown, Result>,
  handler: (body: Body, received: Received, context: Context) => Result | Promise<Result>,
): Operation<Context> {
  return { request, reply, handler };
}
