/**
 * How both ends reply to a sealed request: find the operation, find the sender's keys, open, check the body, call the
 * handler, seal the reply. `gateway.ts` and `webhooks.ts` give the operations and the keys.
 */
import {
  httpUriOf,
  type KeyRing,
  type OpenedRequest,
  type OpenRequestOptions,
  openRequest,
  type PrivateKey,
  type PublicKey,
  prepareResponse,
  printable,
  type SealOptions,
  type Stage,
  sealResponse,
  type WebCrypto,
} from '@alipayhk-pass/message-security';
import * as v from 'valibot';
import { checkPrefix } from './address.ts';
import { check, isEncrypted, readJson } from './body.ts';
import { describe, RequestInvalid } from './errors.ts';
import { toIssue } from './issue.ts';
import type { Operation, Reply } from './operation.ts';
import { emitRefusal, type Refusal, Refused, refusalOf } from './refusals.ts';
import { expectPostInUtf8, signedUri } from './target.ts';

/** The public keys of one sender, the latest last; `null` or `undefined` for an unknown sender. */
export type Keys = KeyRing<PublicKey> | null | undefined;

/** Options of both ends. `Context` is the type of the second argument of a gateway or of webhooks. */
export type SharedOptions<Context> = Pick<
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
  /**
   * Path before the operation's own in the address that the sender calls and signs, such as `/api`. The request may
   * arrive with or without it: proxies and `app.mount` remove it.
   */
  signedPrefix?: string | undefined;
  /** Called with every refusal, for a log. It is not awaited, and its errors are ignored. */
  onRefusal?: ((refusal: Refusal, context: Context) => unknown) | undefined;
  /**
   * Called and awaited with the body as received, when it is complete and before anything in it is verified. The same bytes
   * are verified afterwards, so do not change them. When it throws, the request is refused at the stage `handler`.
   */
  onBody?: ((wire: Uint8Array<ArrayBuffer>, context: Context) => unknown) | undefined;
};

/** One end: its operations, its keys and its options. */
interface End<Context> extends SharedOptions<Context>, Pick<OpenRequestOptions, 'replayGuard'> {
  /** Operations by path, without `signedPrefix`. */
  operations: ReadonlyMap<string, Operation<Context>>;
  publicKeyOf: (clientId: string, context: Context) => Keys | Promise<Keys>;
  encryptionKeyOf?: ((clientId: string, context: Context) => Keys | Promise<Keys>) | undefined;
  privateKey: KeyRing<PrivateKey>;
  maxBodyBytes: number;
  /**
   * Whether a known sender gets a signed reply when its request does not verify; otherwise it gets an HTTP error.
   *
   * @see {@link https://github.com/alipayhk-pass/alipayhk-pass/blob/main/spec/ASSUMPTIONS.md#a31 A31}
   */
  signsUnverified: boolean;
  /** Makes the body on the wire from a reply. */
  bodyOf: (reply: Reply) => object;
}

/** One request and what its reply depends on. */
interface Exchange<Context> {
  request: Request;
  context: Context;
  httpUri: string;
  clientId: string | undefined;
  encrypted: boolean;
  tracerId: string;
}

/** A known sender and its keys. */
interface Sender {
  clientId: string;
  publicKey: KeyRing<PublicKey>;
  encryptionKey: KeyRing<PublicKey> | undefined;
}

/** The body of the reply and the function that seals it, or the stage and the error of a refusal. */
type Outcome =
  | { body: Reply; seal: (response: Response) => Promise<Response> }
  | { stage: Stage; error: unknown; opened: OpenedRequest | undefined };

/** The context as a rest parameter: it may be left out if its type includes `undefined`. */
export type ContextArgument<Context> = undefined extends Context ? [context?: Context] : [context: Context];

/**
 * Makes a function from a sealed request to a sealed reply. The reply is encrypted if and only if the request was.
 *
 * @param end - its options, except `signedPrefix`, were checked already
 * @throws TypeError for a `signedPrefix` that is not a path
 * @see {@link https://github.com/alipayhk-pass/alipayhk-pass/blob/main/spec/ASSUMPTIONS.md#a7 A7}
 */
export function receiver<Context>(
  end: End<Context>,
): (request: Request, ...context: ContextArgument<Context>) => Promise<Response> {
  checkPrefix(end.signedPrefix);
  return (request, ...[context]) => receive(request, context as Context, end);
}

async function receive<Context>(request: Request, context: Context, end: End<Context>): Promise<Response> {
  const { operations, signedPrefix = '' } = end;
  const exchange: Exchange<Context> = {
    request,
    context,
    httpUri: signedUri(httpUriOf(request.url), signedPrefix, (path) => operations.has(path)),
    clientId: request.headers.get('Client-Id') ?? undefined,
    encrypted: isEncrypted(request),
    tracerId: tracerIdBy(end.crypto ?? globalThis.crypto),
  };
  const refuse = (stage: Stage, error: unknown) => {
    const { resultInfo, status } = refusalOf(stage, error);
    const { tracerId } = exchange;
    const clientId = exchange.clientId && printable(exchange.clientId, 64);
    emitRefusal(end.onRefusal, { resultInfo, stage, error, tracerId, clientId }, context);
    return { body: { resultInfo }, status };
  };
  const unsigned = (stage: Stage, error: unknown) => {
    const { body, status } = refuse(stage, error);
    // A gateway always replies with HTTP 200 (A11). From webhooks an HTTP error makes AlipayHK call again (A31).
    return responseOf(end.bodyOf(body), exchange, end.signsUnverified ? 200 : status);
  };

  // A reply to an unknown path is not signed: the sender has chosen that path, and could use the signature elsewhere.
  const operation = operations.get(exchange.httpUri.slice(signedPrefix.length));
  if (operation === undefined) return unsigned('target', unknownPath(end));
  const sender = await senderOf(exchange, end).catch((error: unknown) => ({ error }));
  if ('error' in sender) return unsigned('client', sender.error);

  const outcome = await perform(operation, exchange, sender, end);
  try {
    if ('seal' in outcome) return await outcome.seal(responseOf(end.bodyOf(outcome.body), exchange));
    const { stage, error, opened } = outcome;
    // The Encrypt header is not signed, so an encrypted body without JSON gets the same reply as one that does not
    // decrypt.
    const isSigned = end.signsUnverified || (opened !== undefined && stage !== 'decryption');
    if (!isSigned) return unsigned(stage, error);
    const { body } = refuse(stage, error);
    const response = responseOf(end.bodyOf(body), exchange);
    // The length of the reply's key must not show whether the body did decrypt.
    const isAlike = stage === 'decryption' || stage === 'contract';
    const to = isAlike ? exchange : (opened ?? exchange);
    return await sealResponse(response, to, sealOptions(sender, opened, end));
  } catch (error) {
    // The handler may have succeeded, but an unsigned success must not be sent: an HTTP error instead.
    return responseOf(end.bodyOf(refuse('sealing', error).body), exchange, 500);
  }
}

function unknownPath<Context>({ operations, signedPrefix = '' }: End<Context>): Refused {
  const paths = [...operations.keys()].map((path) => signedPrefix + path);
  return new Refused('INVALID_API', `the path is unknown; expected ${paths.join(' or ')}`);
}

/** @throws Refused for a missing or unknown Client-Id, and what `publicKeyOf` and `encryptionKeyOf` throw */
async function senderOf<Context>({ clientId, context }: Exchange<Context>, end: End<Context>): Promise<Sender> {
  if (clientId === undefined) throw new Refused('INVALID_CLIENT', 'missing Client-Id header');
  const publicKey = await end.publicKeyOf(clientId, context);
  if (publicKey == null) throw new Refused('INVALID_CLIENT', 'Client-Id header names an unknown client');
  const encryptionKey = (await end.encryptionKeyOf?.(clientId, context)) ?? undefined;
  return { clientId, publicKey, encryptionKey };
}

/** Makes a tracer id: 32 hex digits. Not with `randomUUID`, which an injected Crypto may lack. */
function tracerIdBy(crypto: WebCrypto): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** The stage of an error. An error without one is from a function of the caller. */
function stageOf(error: unknown): Stage {
  const { stage } = (error instanceof Error ? error : {}) as { stage?: Stage };
  return stage ?? 'handler';
}

/** Opens the request, checks its body, prepares the reply and calls the handler; never rejects. */
async function perform<Context>(
  { request: schema, reply, handler }: Operation<Context>,
  exchange: Exchange<Context>,
  sender: Sender,
  end: End<Context>,
): Promise<Outcome> {
  const { request, context, httpUri, encrypted, tracerId } = exchange;
  const { clientId, publicKey } = sender;
  const { onBody, replayGuard } = end;
  let opened: OpenedRequest | undefined;
  try {
    expectPostInUtf8(request);
    opened = await openRequest(request, {
      ...end,
      clientId,
      publicKey,
      httpUri,
      onBody: onBody && ((wire) => callOwn(() => onBody(wire, context))),
      replayGuard: replayGuard && ((parts, until) => callOwn(() => replayGuard(parts, until))),
    });
    const json = readJson(await opened.request.arrayBuffer(), encrypted);
    const { value, issues } = json.issues ? json : check(schema, json.value);
    if (issues) throw new RequestInvalid(issues);
    // Before the handler: otherwise an update is applied and its reply cannot be encrypted.
    const seal = await prepareResponse(opened, sealOptions(sender, opened, end)).catch(failAt('sealing'));
    const { requestTime, symmetricKeyLength } = opened;
    const { keyVersion } = opened.publicKey;
    const received = { clientId, requestTime, encrypted, symmetricKeyLength, keyVersion, tracerId };
    const handling = async () => fitting(reply, await handler(value as never, received, context));
    return { body: await callOwn(handling), seal };
  } catch (error) {
    if (error instanceof Failed) return { stage: error.stage, error: error.reason, opened };
    return { stage: stageOf(error), error, opened };
  }
}

/**
 * Wraps an error of the handler or of sealing. It may be a MessageError about another message, with a stage of its own.
 */
class Failed extends Error {
  readonly stage: Stage;
  readonly reason: unknown;
  constructor(stage: Stage, reason: unknown) {
    super(stage);
    this.stage = stage;
    this.reason = reason;
  }
}

const failAt =
  (stage: Stage) =>
  (reason: unknown): never => {
    throw new Failed(stage, reason);
  };

/** Calls a function of the caller; its error counts as one of the handler. */
const callOwn = <T>(own: () => T | Promise<T>): Promise<T> => (async () => own())().catch(failAt('handler'));

/**
 * The result of the handler.
 *
 * @throws TypeError for one that does not fit the contract; it names the fields, and unlike valibot's error holds no
 *   values
 */
function fitting<T>(schema: v.GenericSchema<unknown, T>, result: unknown): T {
  const { success, output, issues } = v.safeParse(schema, result);
  if (success) return output;
  throw new TypeError(`the result of the handler does not fit the contract: ${describe(issues.map(toIssue))}`);
}

function sealOptions<Context>(sender: Sender, opened: OpenedRequest | undefined, end: End<Context>): SealOptions {
  return { ...end, ...sender, publicKey: opened?.publicKey ?? sender.publicKey };
}

function responseOf(body: object, { tracerId }: { tracerId: string }, status = 200): Response {
  return Response.json(body, { status, headers: { 'Tracer-Id': tracerId } });
}
