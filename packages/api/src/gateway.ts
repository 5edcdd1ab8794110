/**
 * AlipayHK's end: a gateway for updatePass, and the calls by which AlipayHK reaches a merchant. Every request gets a
 * well-formed reply with a result code; why it was refused goes to a hook and never to the wire.
 */
import {
  checkOptions,
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
export type { CodeInfo, DataInfo, ResultInfo, UpdatePassRequest } from './generated/types.ts';
export { createNotifier, type Notifier, type NotifierOptions } from './notifier.ts';
export type { Received } from './operation.ts';
export type { Keys } from './receiver.ts';
export type { Refusal } from './refusals.ts';

/** What `createGateway` takes; `context` is what the gateway is called with beside the request. */
export interface GatewayOptions<Context = undefined>
  extends SharedOptions<Context>,
    Pick<OpenRequestOptions, 'replayGuard'> {
  /** A merchant's public key, or its versions, the latest last; `undefined` for a Client-Id that is unknown. */
  publicKeyOf: (clientId: string, context: Context) => Keys | Promise<Keys>;
  /** Where `publicKeyOf` is no RSA key (ECC224): the one that encrypts replies. */
  encryptionKeyOf?: ((clientId: string, context: Context) => Keys | Promise<Keys>) | undefined;
  /** The gateway's own key: signs replies, decrypts requests. */
  privateKey: KeyRing<PrivateKey>;
  /** Longest request body in bytes as on the wire; 1 MiB unless given. */
  maxBodyBytes?: number | undefined;
  /**
   * Applies an update that was verified and fits the contract. It must be idempotent: where the reply gets lost, or a
   * remote key fails to sign it, the merchant sends the update again.
   */
  handler: (update: UpdatePassRequest, received: Received, context: Context) => ResultInfo | Promise<ResultInfo>;
}

/**
 * A gateway for updatePass, made once: standard Request in, standard Response out. Bodies over `maxBodyBytes` (1 MiB
 * unless given) are refused before anything is verified. Replies are signed whenever path and Client-Id are known, and
 * encrypted if and only if the request was.
 *
 * @returns a function of the request and of a context, which reaches `publicKeyOf`, `handler` and the hooks
 * @throws TypeError that names the option and what was expected
 * @see {@link https://github.com/alipayhk-pass/alipayhk-pass/blob/main/spec/ASSUMPTIONS.md#a7 A7}
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
