/**
 * How either end answers a sealed request: find the operation, find the sender's keys, open, check the body, ask the
 * handler, seal the reply. `gateway.ts` and `webhooks.ts` say which operations there are and whose keys apply.
 */
import {
  httpUriOf,
  isMessageError,
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
} from '@alipayhk-pass/message-security';
import * as v from 'valibot';
import { check, isEncrypted, readJson } from './body.ts';
import { RequestInvalid } from './errors.ts';
import type { Operation, Reply } from './operation.ts';
import { emitRefusal, type Refusal, Refused, refusalOf } from './refusals.ts';
import { expectPostInUtf8, signedUri } from './target.ts';

/** The keys of one caller; nothing for a caller that is unknown. */
export type Keys = KeyRing<PublicKey> | null | undefined;

/** What both ends let the caller choose; `context` is what the caller passes beside the request. */
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
   * What stands before the operation's path in the address that the other end calls and signs, such as `/api`. The request
   * may arrive with it or without it: proxies and `app.mount` take it off.
   */
  signedPrefix?: string | undefined;
  /** Gets every refusal, for a log; it is not waited for, and what it throws or rejects with is ignored. */
  onRefusal?: ((refusal: Refusal, context: Context) => unknown) | undefined;
  /**
   * Gets the body as received, once it is complete and before anything in it is verified; awaited. What it throws counts
   * as a failed handler.
   */
  onBody?: ((wire: Uint8Array<ArrayBuffer>, context: Context) => unknown) | undefined;
};

/** One end, as `receiver` needs it. */
interface End<Context> extends SharedOptions<Context>, Pick<OpenRequestOptions, 'replayGuard'> {
  /** By path, without `signedPrefix`. */
  operations: ReadonlyMap<string, Operation<Context>>;
  publicKeyOf: (clientId: string, context: Context) => Keys | Promise<Keys>;
  encryptionKeyOf?: ((clientId: string, context: Context) => Keys | Promise<Keys>) | undefined;
  privateKey: KeyRing<PrivateKey>;
  maxBodyBytes: number;
  /**
   * Whether a known caller gets a signed reply although its request does not verify; else an HTTP error.
   *
   * @see {@link https://github.com/alipayhk-pass/alipayhk-pass/blob/main/spec/ASSUMPTIONS.md#a31 A31}
   */
  signsUnverified: boolean;
  /** The body that goes on the wire. */
  bodyOf: (reply: Reply) => object;
}

/** One request on its way. */
interface Exchange<Context> {
  request: Request;
  context: Context;
  httpUri: string;
  clientId: string | undefined;
  encrypted: boolean;
  tracerId: string;
}

/** A known caller's keys. */
interface Sender {
  clientId: string;
  publicKey: KeyRing<PublicKey>;
  encryptionKey: KeyRing<PublicKey> | undefined;
}

/** The body of the reply and what seals it, or why there is none. */
type Outcome =
  | { body: Reply; seal: (response: Response) => Promise<Response> }
  | { stage: Stage; error: unknown; opened: OpenedRequest | undefined };

/** A context that has to be passed, unless it may be undefined. */
export type ContextArgument<Context> = undefined extends Context ? [context?: Context] : [context: Context];

/**
 * A function from sealed request to sealed reply, which is encrypted if and only if the request was.
 *
 * @see {@link https://github.com/alipayhk-pass/alipayhk-pass/blob/main/spec/ASSUMPTIONS.md#a7 A7}
 */
export function receiver<Context>(
  end: End<Context>,
): (request: Request, ...context: ContextArgument<Context>) => Promise<Response> {
  const { signedPrefix = '' } = end;
  if (!/^(\/[\w.~-]+)*$/.test(signedPrefix)) throw new TypeError('signedPrefix must be a path such as /api');
  return (request, ...[context]) => receive(request, context as Context, end);
}

async function receive<Context>(request: Request, context: Context, end: End<Context>): Promise<Response> {
  const exchange: Exchange<Context> = {
    request,
    context,
    httpUri: signedUri(httpUriOf(request.url), end.signedPrefix),
    clientId: request.headers.get('Client-Id') ?? undefined,
    encrypted: isEncrypted(request),
    tracerId: (end.crypto ?? globalThis.crypto).randomUUID().replaceAll('-', ''),
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
    // A gateway replies with HTTP 200 whatever it refuses (A11); a merchant's refusal should be called again (A31).
    return responseOf(end.bodyOf(body), exchange, end.signsUnverified ? 200 : status);
  };

  // Nothing is signed for a path that is not ours: the signature would serve whoever chose the path.
  const operation = end.operations.get(exchange.httpUri.slice(end.signedPrefix?.length ?? 0));
  if (operation === undefined) return unsigned('target', unknownPath(end));
  const sender = await senderOf(exchange, end).catch((error: unknown) => ({ error }));
  if ('error' in sender) return unsigned('client', sender.error);

  const outcome = await perform(operation, exchange, sender, end);
  try {
    if ('seal' in outcome) return await outcome.seal(responseOf(end.bodyOf(outcome.body), exchange));
    const { stage, error, opened } = outcome;
    // Encrypt is not signed: an encrypted body that holds no JSON gets the reply of one that does not decrypt.
    const isSigned = end.signsUnverified || (opened !== undefined && stage !== 'decryption');
    if (!isSigned) return unsigned(stage, error);
    const { body } = refuse(stage, error);
    const response = responseOf(end.bodyOf(body), exchange);
    return await sealResponse(response, opened ?? exchange, sealOptions(sender, opened, end));
  } catch (error) {
    // The handler may have done its work, but nobody can vouch for the reply: an HTTP error, never an unsigned success.
    return responseOf(end.bodyOf(refuse('sealing', error).body), exchange, 500);
  }
}

function unknownPath<Context>({ operations, signedPrefix = '' }: End<Context>): Refused {
  const paths = [...operations.keys()].map((path) => signedPrefix + path);
  return new Refused('INVALID_API', `the path is unknown; expected ${paths.join(' or ')}`);
}

/** @throws Refused for a caller that is unknown, and what `publicKeyOf` throws */
async function senderOf<Context>({ clientId, context }: Exchange<Context>, end: End<Context>): Promise<Sender> {
  if (clientId === undefined) throw new Refused('INVALID_CLIENT', 'missing Client-Id header');
  const publicKey = await end.publicKeyOf(clientId, context);
  if (publicKey == null) throw new Refused('INVALID_CLIENT', 'Client-Id header names an unknown client');
  const encryptionKey = (await end.encryptionKeyOf?.(clientId, context)) ?? undefined;
  return { clientId, publicKey, encryptionKey };
}

/** Opens the request, checks its body, prepares the reply and asks the handler; never rejects. */
async function perform<Context>(
  { request: schema, reply, handler }: Operation<Context>,
  exchange: Exchange<Context>,
  sender: Sender,
  end: End<Context>,
): Promise<Outcome> {
  const { request, context, httpUri, encrypted, tracerId } = exchange;
  const { clientId, publicKey } = sender;
  const { onBody } = end;
  let opened: OpenedRequest | undefined;
  try {
    expectPostInUtf8(request);
    opened = await openRequest(request, {
      ...end,
      clientId,
      publicKey,
      httpUri,
      onBody: onBody && ((wire) => onBody(wire, context)),
    });
    const json = readJson(await opened.request.arrayBuffer(), encrypted);
    const { value, issues } = json.issues ? json : check(schema, json.value);
    if (issues) throw new RequestInvalid(issues);
    // Before the handler: a reply that cannot be encrypted must not be found out once the update was applied.
    const seal = await prepareResponse(opened, sealOptions(sender, opened, end)).catch(failAt('sealing'));
    const { requestTime, symmetricKeyLength } = opened;
    const { keyVersion } = opened.publicKey;
    const received = { clientId, requestTime, encrypted, symmetricKeyLength, keyVersion, tracerId };
    const asking = (async () => v.parse(reply, await handler(value as never, received, context)))();
    return { body: await asking.catch(failAt('handler')), seal };
  } catch (error) {
    if (error instanceof Failed) return { stage: error.stage, error: error.reason, opened };
    const stage = error instanceof Refused || isMessageError(error) ? error.stage : 'handler';
    return { stage, error, opened };
  }
}

/** Carries what a function of the caller's threw: it may be an error of this package, about a message of its own. */
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

function sealOptions<Context>(sender: Sender, opened: OpenedRequest | undefined, end: End<Context>): SealOptions {
  return { ...end, ...sender, publicKey: opened?.publicKey ?? sender.publicKey };
}

function responseOf(body: object, { tracerId }: { tracerId: string }, status = 200): Response {
  return Response.json(body, { status, headers: { 'Tracer-Id': tracerId } });
}
