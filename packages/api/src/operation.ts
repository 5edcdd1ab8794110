/** An operation of an end: its handler between the schemas of request and reply. */
import type { OpenedRequest } from '@alipayhk-pass/message-security';
import type * as v from 'valibot';
import type { ResultInfo } from './generated/types.ts';

/** Who sent a request that was verified, and how. */
export interface Received {
  clientId: string;
  /** The Request-Time header, verbatim. */
  requestTime: string;
  encrypted: boolean;
  /** Bytes of the symmetric key, if it was encrypted; that of the reply is as long. */
  symmetricKeyLength: OpenedRequest['symmetricKeyLength'];
  /** Version of the key that verified the request, where that key has one. */
  keyVersion: string | undefined;
  /** Sent back as Tracer-Id. */
  tracerId: string;
}

/** The body of every reply. */
export interface Reply {
  resultInfo: ResultInfo;
}

/** An operation: its handler between the schemas of request and reply. */
export interface Operation<Context> {
  readonly request: v.GenericSchema;
  readonly reply: v.GenericSchema<unknown, Reply>;
  readonly handler: (body: never, received: Received, context: Context) => unknown;
}

/** An operation whose handler takes what its schema accepts. */
export function operation<Body, Result extends Reply, Context>(
  request: v.GenericSchema<unknown, Body>,
  reply: v.GenericSchema<unknown, Result>,
  handler: (body: Body, received: Received, context: Context) => Result | Promise<Result>,
): Operation<Context> {
  return { request, reply, handler };
}
