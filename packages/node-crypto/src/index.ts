/**
 * Web Crypto as the runtime has it, and besides it what `@alipayhk-pass/message-security` otherwise has to make itself:
 * AES-ECB and the bare RSA operations, by the runtime's own `node:crypto`. Paddings, rejections and errors stay the core's.
 */
import { subtle } from './subtle.ts';
import { withMethodsOf } from './with-methods-of.ts';

/**
 * A Crypto for the option `crypto` of `createClient`, `createGateway`, `sealRequest`, `importPrivateKey` and so on. It runs
 * wherever `node:crypto` does: on Node, Bun and Deno, and in Workers from compatibility date 2026-08-04, or with
 * `nodejs_compat`. What `node:crypto` does more slowly than Web Crypto there, or not at all, is left to Web Crypto.
 *
 * It blocks the thread for as long as a private operation takes, some tenths of a millisecond with a key of 2048 bits.
 *
 * @example
 * ```ts
 * import { createClient, RSA_AES } from '@alipayhk-pass/api';
 * import { nodeCrypto } from '@alipayhk-pass/node-crypto';
 *
 * const client = createClient({ clientId, privateKey, publicKey, encryption: RSA_AES, crypto: nodeCrypto });
 * const { encrypted } = await client.updatePass(update);
 * console.log(encrypted); // true
 * ```
 */
export const nodeCrypto: typeof crypto = withMethodsOf(globalThis.crypto, { subtle });
