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
  type SealOptions,
  type Stage,
  sealResponse,
} from '@alipayhk-pass/message-security';
import * as v from 'valibot';
import { check, readJson } from './body.ts';
import { RequestInvalid } from './errors.ts';
import type { ResultInfo } from './generated/types.ts';
import { emitRefusal, type Refusal, Refused, refusalOf } from './refusals.ts';

/** Who sent a request that was verified, and how. */
export interface Received {
  clientId: string;
  /** The Request-Time header, verbatim. */
  requestTime: string;
  encrypted: boolean;
  /** Version of the key that verified the request, where that key has one. */
  keyVersion: string | undefined;
  /** Sent back as Tracer-Id. */
  tracerId: string;
}

/** The keys of one caller; nothing for a caller that is unknown. */
export type Keys = KeyRing<PublicKey> | null | undefined;

/** The body of every reply. */
interface Reply {
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
  /** By path. */
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
  return (request, ...[context]) => receive(request, context as Context, end);
}

async function receive<Context>(request: Request, context: Context, end: End<Context>): Promise<Response> {
  const exchange: Exchange<Context> = {
    request,
    context,
    httpUri: httpUriOf(request.url),
    clientId: request.headers.get('Client-Id') ?? undefined,
    encrypted: request.headers.has('Encrypt'),
    tracerId: (end.crypto ?? globalThis.crypto).randomUUID().replaceAll('-', ''),
  };
  const refuse = (stage: Stage, error: unknown) => {
    const { resultInfo, status } = refusalOf(stage, error);
    const { tracerId, clientId } = exchange;
    emitRefusal(end.onRefusal, { resultInfo, stage, error, tracerId, clientId }, context);
    return { body: { resultInfo }, status };
  };
  const unsigned = (stage: Stage, error: unknown) => {
    const { body, status } = refuse(stage, error);
    // A gateway replies with HTTP 200 whatever it refuses (A11); a merchant's refusal should be called again (A31).
    return responseOf(body, exchange, end.signsUnverified ? 200 : status);
  };

  // Nothing is signed for a path that is not ours: the signature would serve whoever chose the path.
  const operation = end.operations.get(exchange.httpUri);
  if (operation === undefined)
    return unsigned(
      'target',
      new Refused('INVALID_API', `the path is unknown; expected ${[...end.operations.keys()].join(' or ')}`),
    );
  const sender = await senderOf(exchange, end).catch((error: unknown) => ({ error }));
  if ('error' in sender) return unsigned('client', sender.error);

  const outcome = await perform(operation, exchange, sender, end);
  try {
    if ('seal' in outcome) return await outcome.seal(responseOf(outcome.body, exchange));
    const { stage, error, opened } = outcome;
    // Encrypt is not signed: an encrypted body that holds no JSON gets the reply of one that does not decrypt.
    const isSigned = end.signsUnverified || (opened !== undefined && stage !== 'decryption');
    if (!isSigned) return unsigned(stage, error);
    const { body } = refuse(stage, error);
    return await sealResponse(responseOf(body, exchange), exchange, sealOptions(sender, opened, end));
  } catch (error) {
    // The handler may have done its work, but nobody can vouch for the reply: an HTTP error, never an unsigned success.
    return responseOf(refuse('sealing', error).body, exchange, 500);
  }
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
  const { request, context, encrypted, tracerId } = exchange;
  const { clientId, publicKey } = sender;
  const { onBody } = end;
  let opened: OpenedRequest | undefined;
  try {
    expectPostInUtf8(request);
    opened = await openRequest(request, {
      ...end,
      clientId,
      publicKey,
      onBody: onBody && ((wire) => onBody(wire, context)),
    });
    const json = readJson(await opened.request.arrayBuffer(), encrypted);
    const { value, issues } = json.issues ? json : check(schema, json.value);
    if (issues) throw new RequestInvalid(issues);
    // Before the handler: a reply that cannot be encrypted must not be found out once the update was applied.
    const seal = await prepareResponse(exchange, sealOptions(sender, opened, end)).catch(failAt('sealing'));
    const { requestTime } = opened;
    const received = { clientId, requestTime, encrypted, keyVersion: opened.publicKey.keyVersion, tracerId };
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

function responseOf(body: Reply, { tracerId }: { tracerId: string }, status = 200): Response {
  return Response.json(body, { status, headers: { 'Tracer-Id': tracerId } });
}

/** @throws Refused for another method or media type */
function expectPostInUtf8({ method, headers }: Request): void {
  if (method !== 'POST') throw new Refused('METHOD_NOT_SUPPORTED', 'the method is not POST');
  const [type = '', ...parameters] = (headers.get('Content-Type') ?? '').toLowerCase().split(';');
  const charset = parameters.map((each) => each.trim()).find((each) => each.startsWith('charset='));
  // A6: an encrypted body goes by its Encrypt header, not by its media type.
  if (!['application/json', 'text/plain'].includes(type.trim()) || !/^(charset="?utf-8"?)?$/.test(charset ?? '')) {
    throw new Refused(
      'MEDIA_TYPE_NOT_ACCEPTABLE',
      'Content-Type header is not accepted; expected application/json or text/plain in UTF-8',
    );
  }
}
