/**
 * Replay protection. The protocol has no nonce, so a signed message can be sent again while its time is accepted. A
 * receiver that must not process it twice has to remember it for that long.
 */
import type { WebCrypto } from '../crypto/web-crypto.ts';
import { contentToBeSigned, type SignedParts } from './signature.ts';

/** The parts that identify a message: the signed ones, and the encrypted symmetric key, which is not signed. */
export interface GuardedParts extends SignedParts {
  /** In bytes; `undefined` for a message that is not encrypted. */
  encryptedKey?: Uint8Array | undefined;
}

/**
 * Remembers a message, and resolves with whether it is new.
 *
 * @param parts - the parts that identify the message
 * @param until - the last moment at which it must be remembered, in milliseconds since the epoch
 */
export type ReplayGuard = (parts: GuardedParts, until: number) => Promise<boolean>;

/** Storage of a replay guard: a Durable Object, a table, or `memoryReplayStore`. */
export interface ReplayStore {
  /**
   * Adds a name, atomically.
   *
   * @param name - 64 hex digits; for an encrypted message a dot and 64 more
   * @param until - the last moment at which it must be remembered, in milliseconds since the epoch
   * @returns `true` if the name is new
   */
  add(name: string, until: number): boolean | Promise<boolean>;
}

/**
 * Makes a guard that remembers messages in a store. It stores the SHA-256 of the content to be signed and of the
 * encrypted key, not the signature: anybody can turn an ECDSA signature into a second valid one.
 *
 * Two identical messages that are signed within the same second count as one, because Request-Time is in whole seconds. So
 * does a copy that the sender's runtime makes: Node's `fetch` repeats a request after HTTP 421, Deno's after a connection that
 * broke off. Whoever has one encrypted message can have a name added for each copy with another Encrypt header.
 *
 * @param store - shared by every process that receives messages
 * @param crypto - computes the SHA-256; `globalThis.crypto` unless given
 * @example
 * ```ts
 * import { openRequest, type ReplayStore, replayGuard } from '@alipayhk-pass/message-security';
 *
 * const store: ReplayStore = {
 *   async add(name, until) {
 *     const insert = 'INSERT INTO seen (name, until) VALUES (?, ?) ON CONFLICT DO NOTHING';
 *     const { meta } = await env.DB.prepare(insert).bind(name, until).run();
 *     return meta.changes === 1;
 *   },
 * };
 * const options = { clientId, publicKey: merchantPublicKey, replayGuard: replayGuard(store) };
 * const opened = await openRequest(request, options); // MessageReplayed for one that was received before
 * ```
 */
export function replayGuard(store: ReplayStore, crypto: WebCrypto = globalThis.crypto): ReplayGuard {
  const hash = async (bytes: Uint8Array<ArrayBuffer>): Promise<string> => {
    const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));
    return Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join('');
  };
  return async ({ encryptedKey, ...parts }, until) => {
    const name = await hash(contentToBeSigned(parts));
    return store.add(encryptedKey ? `${name}.${await hash(new Uint8Array(encryptedKey))}` : name, until);
  };
}

/**
 * Makes a store in the memory of this process. It does not protect several processes from replays between them.
 *
 * @param options - `now` returns the time in milliseconds since the epoch; `Date.now` unless given
 * @example
 * ```ts
 * import { memoryReplayStore } from '@alipayhk-pass/message-security';
 *
 * const store = memoryReplayStore();
 * const until = Date.now() + 600_000;
 * console.log(store.add('a', until), store.add('a', until)); // true false
 * ```
 */
export function memoryReplayStore({ now = Date.now }: { now?: () => number } = {}): ReplayStore {
  const seen = new Map<string, number>();
  return {
    add(name, until) {
      // Names are added nearly in the order in which they expire, so the oldest come first.
      for (const [old, end] of seen) {
        if (end >= now()) break; // at that moment the message is still accepted
        seen.delete(old);
      }
      if (seen.has(name)) return false;
      seen.set(name, until);
      return true;
    },
  };
}
