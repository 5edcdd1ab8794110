/**
 * How a request that somebody sealed is answered, at either end: open it, check its body, ask the operation's handler, and
 * seal the answer. `gateway.ts` and `webhooks.ts` say which operations there are and whose keys apply.
 */
import {
  DecryptionFailed,
  httpUriOf,
  type KeyRing,
  type OpenedRequest,
  type OpenRequestOptions,
  openRequest,
  type PrivateKey,
  type PublicKey,
  type SealOptions,
  sealResponse,
} from '@alipayhk-pass/message-security';
import * as v from 'valibot';
import { check, readJson } from './body.ts';
import { RequestInvalid } from './errors.ts';
import type { ResultInfo } from './generated/types.ts';
import { type Refusal, Refused, refusalOf, tell } from './refusals.ts';

/** Who sent a request, and how. */
export interface RequestContext {
  clientId: string;
  /** The Request-Time header, verbatim. */
  requestTime: string;
  encrypted: boolean;
  /** Version of the key that verified the request, where that key has one. */
  keyVersion: string | undefined;
  /** Sent back as Tracer-Id. */
  tracerId: string;
}

/** From a verified request to what asks the handler for the body of the answer. */
type Operation = (opened: OpenedRequest) => Promise<(context: RequestContext) => Promise<{ resultInfo: ResultInfo }>>;

/**
 * An operation: its handler between the schemas of request and reply.
 *
 * What is returned rejects with RequestInvalid or DecryptionFailed, or resolves with a function that asks the handler and
 * rejects with what that throws; a reply that does not fit its schema counts as thrown.
 */
export function operation<Body, Reply extends { resultInfo: ResultInfo }>(
  request: v.GenericSchema<unknown, Body>,
  reply: v.GenericSchema<unknown, Reply>,
  handler: (body: Body, context: RequestContext) => Reply | Promise<Reply>,
): Operation {
  return async (opened) => {
    const json = readJson(await opened.request.arrayBuffer(), opened.encrypted);
    const { value, issues } = json.issues ? json : check(request, json.value);
    if (issues) throw new RequestInvalid(issues);
    return async (context) => v.parse(reply, await handler(value, context));
  };
}

/** The keys of one caller; nothing for a caller that is unknown. */
export type Keys = KeyRing<PublicKey> | null | undefined;

/** What both ends let the caller choose. */
export type SharedOptions = Pick<
  OpenRequestOptions & SealOptions,
  | 'bodyTimeout'
  | 'tolerance'
  | 'now'
  | 'crypto'
  | 'requireEncryption'
  | 'decryptionKey'
  | 'encryption'
  | 'zone'
  | 'keyVersion'
  | 'encryptedContentType'
> & {
  /** Told of every refusal; what it throws or rejects with is ignored, and it is not waited for. */
  onRefusal?: ((refusal: Refusal) => unknown) | undefined;
};

interface AnsweringOptions extends SharedOptions, Pick<OpenRequestOptions, 'replayGuard'> {
  /** By path. */
  operations: ReadonlyMap<string, Operation>;
  publicKeyOf: (clientId: string) => Keys | Promise<Keys>;
  encryptionKeyOf?: ((clientId: string) => Keys | Promise<Keys>) | undefined;
  privateKey: KeyRing<PrivateKey>;
  maxBodyBytes: number;
  /** Whether a caller that is known gets a signed answer although its request does not verify; else an HTTP error (A31). */
  signsUnverified: boolean;
}

/** A function from sealed request to sealed answer, which is encrypted if and only if the request was (A7). */
export function answering(options: AnsweringOptions): (request: Request) => Promise<Response> {
  const { operations, privateKey, signsUnverified, crypto = globalThis.crypto } = options;

  return async (request) => {
    const tracerId = crypto.randomUUID().replaceAll('-', '');
    const clientId = request.headers.get('Client-Id') ?? undefined;
    const encrypted = request.headers.has('Encrypt');
    const answer = (body: { resultInfo: ResultInfo }, status = 200) =>
      Response.json(body, { status, headers: { 'Tracer-Id': tracerId } });
    // A handler may fail with an error of this package, about a message of its own: that is no fault of this request.
    let isAsked = false;
    const refuse = (error: unknown) => {
      const refusal = refusalOf(isAsked ? undefined : error);
      tell(options.onRefusal, { resultInfo: refusal.resultInfo, error, tracerId, clientId });
      return refusal;
    };

    let publicKey: Keys;
    let encryptionKey: Keys;
    let isVerified = false;
    let body: { resultInfo: ResultInfo };
    try {
      publicKey = clientId === undefined ? undefined : await options.publicKeyOf(clientId);
      encryptionKey = clientId === undefined ? undefined : await options.encryptionKeyOf?.(clientId);
      const operate = operationFor(request, operations);
      if (clientId === undefined || publicKey == null) {
        throw new Refused('INVALID_CLIENT', 'expected a Client-Id that is configured');
      }
      const opened = await openRequest(request, { ...options, clientId, publicKey });
      publicKey = opened.publicKey;
      isVerified = true;
      // Before the handler: an answer that could not be encrypted must not be found out once the update was applied.
      if (encrypted && !encryptionKey && publicKey.algorithm !== 'RSA256') {
        throw new TypeError('encryptionKeyOf: expected the RSA key of a merchant who does not sign with one');
      }
      const { requestTime } = opened;
      const { keyVersion } = opened.publicKey;
      const ask = await operate(opened);
      isAsked = true;
      body = await ask({ clientId, requestTime, encrypted, keyVersion, tracerId });
    } catch (error) {
      const { resultInfo, status } = refuse(error);
      // Encrypt is not signed: a body that decrypts to no JSON is answered as one that does not decrypt.
      const isSigned = signsUnverified || isAsked || (isVerified && !(error instanceof DecryptionFailed));
      if (!isSigned) return answer({ resultInfo }, status);
      body = { resultInfo };
    }

    if (clientId === undefined || publicKey == null) return answer(body);
    const seal = { ...options, clientId, privateKey, publicKey, encryptionKey: encryptionKey ?? undefined };
    try {
      return await sealResponse(answer(body), { httpUri: httpUriOf(request.url), encrypted }, seal);
    } catch (error) {
      // The handler may have done its work, but nobody can vouch for the answer: an HTTP error, never an unsigned success.
      return answer({ resultInfo: refuse(error).resultInfo }, 500);
    }
  };
}

/** @throws Refused */
function operationFor(request: Request, operations: ReadonlyMap<string, Operation>): Operation {
  const found = operations.get(new URL(request.url).pathname);
  if (found === undefined) {
    throw new Refused('INVALID_API', `expected the path ${[...operations.keys()].join(' or ')}`);
  }
  if (request.method !== 'POST') throw new Refused('METHOD_NOT_SUPPORTED', 'expected POST');
  const [type = '', ...parameters] = (request.headers.get('Content-Type') ?? '').toLowerCase().split(/\s*;\s*/);
  const charset = parameters.find((parameter) => parameter.startsWith('charset='));
  // A6: an encrypted body goes by its Encrypt header, not by its media type.
  if (!['application/json', 'text/plain'].includes(type.trim()) || !/^(charset="?utf-8"?)?$/.test(charset ?? '')) {
    throw new Refused('MEDIA_TYPE_NOT_ACCEPTABLE', 'expected Content-Type application/json or text/plain in UTF-8');
  }
  return found;
}
