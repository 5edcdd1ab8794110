/**
 * The merchant's end of AlipayHK's calls: paid bills, and requests for a membership card (A28). Only a call that AlipayHK
 * signed gets a signed reply, and S is sent only after the merchant's function has settled (A31).
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
  CreateMembercardFields,
  CreateMembercardRequest,
  CreateMembercardResponse,
  NotifyBillRequest,
  OrderAmount,
  ResultInfo,
} from './generated/types.ts';
export type { Received } from './operation.ts';
export type { ContextArgument } from './receiver.ts';
export type { Refusal } from './refusals.ts';

/** Options of `createWebhooks`. `Context` is the type of the second argument of the webhooks. */
export interface WebhooksOptions<Context = undefined> extends SharedOptions<Context> {
  /** The merchant's segment of the path: `/{tag}/points/…`. */
  tag: string;
  /** The merchant's Client-Id; a call with another one is refused. */
  clientId: string;
  /** The merchant's private key: it signs replies and decrypts calls. */
  privateKey: KeyRing<PrivateKey>;
  /** AlipayHK's public key: it verifies calls and encrypts replies. */
  publicKey: KeyRing<PublicKey>;
  /** AlipayHK's RSA key that encrypts replies, when `publicKey` has another algorithm (ECC224). */
  encryptionKey?: KeyRing<PublicKey> | undefined;
  /** Longest body on the wire, in bytes; 64 KiB unless given. */
  maxBodyBytes?: number | undefined;
  /**
   * Stores a bill. It must settle only when the bill is stored for good, and must recognise a `billNo` that it has stored
   * before: AlipayHK repeats a call when the reply is not S or gets lost. When it throws, the reply is U.
   *
   * @see {@link https://github.com/alipayhk-pass/alipayhk-pass/blob/main/spec/ASSUMPTIONS.md#a29 A29}, {@link https://github.com/alipayhk-pass/alipayhk-pass/blob/main/spec/ASSUMPTIONS.md#a31 A31}
   */
  notifyBill: (bill: NotifyBillRequest, received: Received, context: Context) => ResultInfo | Promise<ResultInfo>;
  /**
   * Makes a user of AlipayHK a member. It may add fields to the reply. When it throws, the reply is U.
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
 * Makes the merchant's end of both calls: a function from `Request` to `Response`. Make it once. A call that does not
 * verify gets an unsigned HTTP error and reaches neither function: a signed reply over a path that a stranger chose
 * could be used as a request of the merchant.
 *
 * There is no replay guard: a repeated call needs a reply each time, and `billNo` shows the repetition.
 *
 * @param options - `tag`, `clientId`, both keys and both functions are required
 * @returns a function of a request and a context; it passes the context to both functions and to the hooks
 * @throws TypeError that names the option and what was expected
 * @see {@link https://github.com/alipayhk-pass/alipayhk-pass/blob/main/spec/ASSUMPTIONS.md#a28 A28}, {@link https://github.com/alipayhk-pass/alipayhk-pass/blob/main/spec/ASSUMPTIONS.md#a31 A31}
 * @example
 * ```ts
 * import { createWebhooks } from '@alipayhk-pass/api/webhooks';
 *
 * const success = { resultCode: 'SUCCESS', resultStatus: 'S' } as const;
 * const stored = new Set<string>(); // a database in a program that may end
 * const webhooks = createWebhooks({
 *   tag: 'noodle-house',
 *   clientId,
 *   privateKey,
 *   publicKey,
 *   notifyBill({ billNo }) {
 *     stored.add(billNo);
 *     return success;
 *   },
 *   createMembercard: () => ({ resultInfo: success }),
 * });
 * const response = await webhooks(call);
 * console.log(response.status); // 200
 * ```
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
    // A31: it is not public which of the two names AlipayHK reads.
    bodyOf: (reply) => ({ ...reply, result: reply.resultInfo }),
  });
}
