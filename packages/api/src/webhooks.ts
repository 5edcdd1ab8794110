/**
 * The merchant's end of the calls that AlipayHK makes: bills that were paid, and customers who ask for a card (A28). Only
 * what AlipayHK signed is answered with a signature, and S only after the merchant's function has settled (A31).
 */
import { checkOptions, type KeyRing, type PrivateKey, type PublicKey } from '@alipayhk-pass/message-security';
import { answering, operation, type RequestContext, type SharedOptions } from './answering.ts';
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
import { webhookPath } from './webhook-path.ts';

export type { RequestContext } from './answering.ts';
export { type Issue, RequestInvalid } from './errors.ts';
export type {
  CreateMembercardRequest,
  CreateMembercardResponse,
  NotifyBillRequest,
  OrderAmount,
  ResultInfo,
} from './generated/types.ts';
export type { Refusal } from './refusals.ts';

/** What `createWebhooks` takes. */
export interface WebhooksOptions extends SharedOptions {
  /** The merchant's part of the path: `/{tag}/points/…`. */
  tag: string;
  /** Ours; a call for another one is refused. */
  clientId: string;
  /** Ours: signs answers, decrypts calls. */
  privateKey: KeyRing<PrivateKey>;
  /** AlipayHK's: verifies calls, encrypts answers. */
  publicKey: KeyRing<PublicKey>;
  /** AlipayHK's, where `publicKey` is no RSA key (ECC224): encrypts answers. */
  encryptionKey?: KeyRing<PublicKey> | undefined;
  /** Longest body in bytes as on the wire; 64 KiB unless given. */
  maxBodyBytes?: number | undefined;
  /**
   * Takes in a bill. It must settle only when the bill is stored for good, and must recognise a `billNo` that it has seen:
   * AlipayHK repeats a call that was not answered S. When it throws, the answer is U.
   */
  notifyBill: (bill: NotifyBillRequest, context: RequestContext) => ResultInfo | Promise<ResultInfo>;
  /** Makes a customer a member; may add fields to the answer (A32). When it throws, the answer is U. */
  createMembercard: (
    request: CreateMembercardRequest,
    context: RequestContext,
  ) => CreateMembercardResponse | Promise<CreateMembercardResponse>;
}

/**
 * The merchant's side of both calls: standard Request in, standard Response out. What does not verify gets an unsigned
 * HTTP error and reaches no function of the merchant's: a signature under a path that a stranger chose would be one
 * more request in the merchant's name.
 *
 * There is no replay guard: a repeated notification has to be answered again, and its `billNo` tells it apart.
 *
 * @throws TypeError that names the option and what was expected
 * @see A28, A31
 */
export function createWebhooks(options: WebhooksOptions): (request: Request) => Promise<Response> {
  const { tag, clientId, publicKey, encryptionKey, maxBodyBytes = 64 * 1024 } = options;
  checkOptions({ ...options, maxBodyBytes }, ['clientId', 'privateKey', 'publicKey']);
  for (const name of ['notifyBill', 'createMembercard'] as const) {
    if (typeof options[name] !== 'function') throw new TypeError(`${name}: expected a function`);
  }
  const notifyBill = operation(vNotifyBillRequest, vNotifyBillResponse, async (bill, context) => ({
    resultInfo: await options.notifyBill(bill, context),
  }));
  const createMembercard = operation(vCreateMembercardRequest, vCreateMembercardResponse, async (request, context) =>
    options.createMembercard(request, context),
  );
  return answering({
    ...options,
    maxBodyBytes,
    operations: new Map([
      [webhookPath(tag, 'points/bill/notify'), notifyBill],
      [webhookPath(tag, 'points/membercard/create'), createMembercard],
    ]),
    publicKeyOf: (id) => (id === clientId ? publicKey : undefined),
    encryptionKeyOf: () => encryptionKey,
    signsUnverified: false,
  });
}
