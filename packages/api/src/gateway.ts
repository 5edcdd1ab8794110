/**
 * AlipayHK's end: a gateway for updatePass, and the calls by which AlipayHK reaches a merchant. Every request gets a
 * well-formed answer with a result code; why it was refused goes to a hook and never to the wire.
 */
import {
  checkOptions,
  type KeyRing,
  type OpenRequestOptions,
  type PrivateKey,
  RSA_AES,
} from '@alipayhk-pass/message-security';
import { answering, type Keys, operation, type RequestContext, type SharedOptions } from './answering.ts';
import { updatePassPath } from './body.ts';
import { vUpdatePassRequest, vUpdatePassResponse } from './generated/schemas.ts';
import type { ResultInfo, UpdatePassRequest } from './generated/types.ts';

export type { RequestContext as UpdateContext } from './answering.ts';
export { type Issue, RequestInvalid } from './errors.ts';
export type { CodeInfo, DataInfo, ResultInfo, UpdatePassRequest } from './generated/types.ts';
export { createNotifier, type Notifier, type NotifierOptions } from './notifier.ts';
export type { Refusal } from './refusals.ts';

/** What `createGateway` takes. */
export interface GatewayOptions extends SharedOptions, Pick<OpenRequestOptions, 'replayGuard'> {
  /** A merchant's public key, or its versions, the latest last; `undefined` for a Client-Id that is unknown. */
  publicKeyOf: (clientId: string) => Keys | Promise<Keys>;
  /** Where `publicKeyOf` is no RSA key (ECC224): the one to which answers are encrypted. */
  encryptionKeyOf?: ((clientId: string) => Keys | Promise<Keys>) | undefined;
  /** The gateway's own key: signs answers, decrypts requests. */
  privateKey: KeyRing<PrivateKey>;
  /** Longest request body in bytes as on the wire; 1 MiB unless given. */
  maxBodyBytes?: number | undefined;
  /** Applies an update that was verified and fits the contract. */
  handler: (update: UpdatePassRequest, context: RequestContext) => ResultInfo | Promise<ResultInfo>;
}

/**
 * A gateway for updatePass: standard Request in, standard Response out. Bodies over `maxBodyBytes` (1 MiB unless given)
 * are refused before anything is verified. Answers are signed whenever the Client-Id is known, and encrypted if and only if
 * the request was (A7).
 *
 * @throws TypeError that names the option and what was expected
 */
export function createGateway(options: GatewayOptions): (request: Request) => Promise<Response> {
  const { maxBodyBytes = 1024 * 1024, encryption = RSA_AES, handler } = options;
  const settings = { ...options, encryption, maxBodyBytes, signsUnverified: true };
  checkOptions(settings, ['privateKey']);
  for (const name of ['publicKeyOf', 'handler'] as const) {
    if (typeof options[name] !== 'function') throw new TypeError(`${name}: expected a function`);
  }
  const updatePass = operation(vUpdatePassRequest, vUpdatePassResponse, async (update, context) => ({
    resultInfo: await handler(update, context),
  }));
  return answering({ ...settings, operations: new Map([[updatePassPath, updatePass]]) });
}
