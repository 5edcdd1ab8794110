/**
 * The merchant's end of the calls that AlipayHK makes: bills that were paid, and customers who ask for a card (A28). Only
 * what AlipayHK signed gets a signed reply, and S only after the merchant's function has settled (A31).
 */
import { checkOptions, type KeyRing, type PrivateKey, type PublicKey } from '@alipayhk-pass/message-security';
import {
  vCreateMembercardRequest,
  vCreateMembercardResponse,
  vNotifyBillRequest,
  vNotifyBillResponse,
} from './generated/schemas.ts';
import type {
  CreateMembercardRequest,
  CreateMembercardResponse,
  NotifyBillRequest,
  ResultInfo,
} from './generated/types.ts';
import { operation, type Received } from './operation.ts';
import { type ContextArgument, receiver, type SharedOptions } from './receiver.ts';
import { webhookPath } from './webhook-path.ts';

export { type Issue, RequestInvalid } from './errors.ts';
export type {
  CreateMembercardRequest,
  CreateMembercardResponse,
  NotifyBillRequest,
  OrderAmount,
  ResultInfo,
} from './generated/types.ts';
export type { Received } from './operation.ts';
export type { Refusal } from './refusals.ts';

/** What `createWebhooks` takes; `context` is what the webhooks are called with beside the request. */
export interface WebhooksOptions<Context = undefined> extends SharedOptions<Context> {
  /** The merchant's part of the path: `/{tag}/points/…`. */
  tag: string;
  /** Ours; a call for another one is refused. */
  clientId: string;
  /** Ours: signs replies, decrypts calls. */
  privateKey: KeyRing<PrivateKey>;
  /** AlipayHK's: verifies calls, encrypts replies. */
  publicKey: KeyRing<PublicKey>;
  /** AlipayHK's, where `publicKey` is no RSA key (ECC224): encrypts replies. */
  encryptionKey?: KeyRing<PublicKey> | undefined;
  /** Longest body in bytes as on the wire; 64 KiB unless given. */
  maxBodyBytes?: number | undefined;
  /**
   * Takes in a bill. It must settle only when the bill is stored for good, and must recognise a `billNo` that it has seen:
   * AlipayHK repeats a call whose reply was not S or got lost. When it throws, the reply is U.
   */
  notifyBill: (bill: NotifyBillRequest, received: Received, context: Context) => ResultInfo | Promise<ResultInfo>;
  /**
   * Makes a customer a member; may add fields to the reply. When it throws, the reply is U.
   *
   * @see {@link https://github.com/alipayhk-pass/alipayhk-pass/blob/main/spec/ASSUMPTIONS.md#a32 A32}
   */
  createMembercard: (
    request: CreateMembercardRequest,
    received: Received,
    context: Context,
  ) => CreateMembercardResponse | Promise<CreateMembercardResponse>;
}

/**
 * The merchant's side of both calls, made once: standard Request in, standard Response out. What does not verify gets an
 * unsigned HTTP error and reaches no function of the merchant's: a signature over a path that a stranger chose would be
 * one more request in the merchant's name.
 *
 * There is no replay guard: a repeated notification needs a reply each time, and its `billNo` shows the repetition.
 *
 * @returns a function of the request and of a context, which reaches both functions and the hooks
 * @throws TypeError that names the option and what was expected
 * @see {@link https://github.com/alipayhk-pass/alipayhk-pass/blob/main/spec/ASSUMPTIONS.md#a28 A28}, {@link https://github.com/alipayhk-pass/alipayhk-pass/blob/main/spec/ASSUMPTIONS.md#a31 A31}
 */
export function createWebhooks<Context = undefined>(
  options: WebhooksOptions<Context>,
): (request: Request, ...context: ContextArgument<Context>) => Promise<Response> {
  const { tag, clientId, publicKey, encryptionKey, maxBodyBytes = 64 * 1024 } = options;
  checkOptions({ ...options, maxBodyBytes }, ['clientId', 'privateKey', 'publicKey']);
  for (const name of ['notifyBill', 'createMembercard'] as const) {
    if (typeof options[name] !== 'function') throw new TypeError(`${name} must be a function`);
  }
  const notifyBill = operation(vNotifyBillRequest, vNotifyBillResponse, async (bill, received, context: Context) => ({
    resultInfo: await options.notifyBill(bill, received, context),
  }));
  const createMembercard = operation(
    vCreateMembercardRequest,
    vCreateMembercardResponse,
    (request, received, context: Context) => options.createMembercard(request, received, context),
  );
  return receiver({
    ...options,
    maxBodyBytes,
    operations: new Map([
      [webhookPath(tag, 'points/bill/notify'), notifyBill],
      [webhookPath(tag, 'points/membercard/create'), createMembercard],
    ]),
    publicKeyOf: (id) => (id === clientId ? publicKey : undefined),
    encryptionKeyOf: () => encryptionKey,
    signsUnverified: false,
    // A31: which of the two names AlipayHK reads is not public.
    bodyOf: (reply) => ({ ...reply, result: reply.resultInfo }),
  });
}
