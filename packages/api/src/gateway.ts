/**
 * AlipayHK's end, for tests and the sandbox: a gateway for updatePass, and the calls that AlipayHK makes to a merchant.
 * Every request gets a reply with a result code. The reason of a refusal goes to `onRefusal` and never to the wire.
 */
import {
  checkOptions,
  type Encryption,
  type KeyRing,
  type OpenRequestOptions,
  type PrivateKey,
  RSA_AES,
} from '@alipayhk-pass/message-security';
import { updatePassPath } from './body.ts';
import { vUpdatePassRequest, vUpdatePassResponse } from './generated/schemas.ts';
import type { ResultInfo, UpdatePassRequest } from './generated/types.ts';
import { operation, type Received } from './operation.ts';
import { type ContextArgument, type Keys, receiver, type SharedOptions } from './receiver.ts';

export { type Issue, RequestInvalid } from './errors.ts';
export type {
  CodeInfo,
  CreateMembercardFields,
  CreateMembercardRequest,
  CreateMembercardResponse,
  DataInfo,
  NotifyBillRequest,
  NotifyBillResponse,
  OrderAmount,
  ResultInfo,
  UpdatePassFields,
  UpdatePassRequest,
} from './generated/types.ts';
export { createNotifier, type Notifier, type NotifierOptions } from './notifier.ts';
export type { Received } from './operation.ts';
export type { ContextArgument, Keys } from './receiver.ts';
export type { Refusal } from './refusals.ts';

/** Options of `createGateway`. `Context` is the type of the second argument of the gateway. */
export interface GatewayOptions<Context = undefined>
  extends SharedOptions<Context>,
    Pick<OpenRequestOptions, 'replayGuard'> {
  /** Returns a merchant's public key, or its versions with the latest last; `undefined` for an unknown Client-Id. */
  publicKeyOf: (clientId: string, context: Context) => Keys | Promise<Keys>;
  /** Returns the RSA key that encrypts replies, for a merchant that signs with another algorithm (ECC224). */
  encryptionKeyOf?: ((clientId: string, context: Context) => Keys | Promise<Keys>) | undefined;
  /** How bodies are encrypted; `RSA_AES` unless given. A gateway that signs with ECC224 needs a `decryptionKey` for it. */
  encryption?: Encryption | undefined;
  /** The gateway's own key: it signs replies and decrypts requests. */
  privateKey: KeyRing<PrivateKey>;
  /** Longest request body on the wire, in bytes; 1 MiB unless given. */
  maxBodyBytes?: number | undefined;
  /**
   * Applies an update that was verified and fits the contract. It must be idempotent: the merchant sends the update again
   * when the reply gets lost or a remote key fails to sign it.
   */
  handler: (update: UpdatePassRequest, received: Received, context: Context) => ResultInfo | Promise<ResultInfo>;
}

/**
 * Makes a gateway for updatePass: a function from `Request` to `Response`. Make it once. A body over `maxBodyBytes` is
 * refused before anything is verified. A reply is signed when path and Client-Id are known, and encrypted if and only if
 * the request was.
 *
 * @param options - `publicKeyOf`, `privateKey` and `handler` are required
 * @returns a function of a request and a context; it passes the context to `publicKeyOf`, `handler` and the hooks
 * @throws TypeError that names the option and what was expected
 * @see {@link https://github.com/alipayhk-pass/alipayhk-pass/blob/main/spec/ASSUMPTIONS.md#a7 A7}
 * @example
 * ```ts
 * import { createClient } from '@alipayhk-pass/api';
 * import { createGateway } from '@alipayhk-pass/api/gateway';
 *
 * const gateway = createGateway({
 *   privateKey: gatewayPrivateKey,
 *   publicKeyOf: (id) => (id === clientId ? merchantPublicKey : undefined),
 *   handler: ({ passId }) =>
 *     passId === '2024052200000000000001'
 *       ? { resultCode: 'SUCCESS', resultStatus: 'S' }
 *       : { resultCode: 'PASS_HAS_NOT_EXIST', resultStatus: 'F' },
 * });
 * const client = createClient({ clientId, privateKey, publicKey, fetch: gateway });
 * const { resultInfo } = await client.updatePass(update);
 * console.log(resultInfo.resultCode); // SUCCESS
 * ```
 */
export function createGateway<Context = undefined>(
  options: GatewayOptions<Context>,
): (request: Request, ...context: ContextArgument<Context>) => Promise<Response> {
  const { maxBodyBytes = 1024 * 1024, encryption = RSA_AES, handler } = options;
  const settings = { ...options, encryption, maxBodyBytes, signsUnverified: true, bodyOf: (reply: object) => reply };
  checkOptions(settings, ['privateKey']);
  for (const name of ['publicKeyOf', 'handler'] as const) {
    if (typeof options[name] !== 'function') throw new TypeError(`${name} must be a function`);
  }
  const updatePass = operation(vUpdatePassRequest, vUpdatePassResponse, async (update, received, context: Context) => ({
    resultInfo: await handler(update, received, context),
  }));
  return receiver({ ...settings, operations: new Map([[updatePassPath, updatePass]]) });
}
