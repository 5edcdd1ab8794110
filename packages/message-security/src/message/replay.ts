/**
 * The protocol has no nonce: a signed message can be sent again while its time is accepted. Whoever receives messages
 * that must not count twice remembers them for that long.
 */
import type { WebCrypto } from '../crypto/web-crypto.ts';
import { contentToBeSigned, type SignedParts } from './signature.ts';

/** What names a message: what is signed, and the encrypted symmetric key, which is not; absent from a plain message. */
export interface GuardedParts extends SignedParts {
  encryptedKey?: Uint8Array | undefined;
}

/** Whether a message is received for the first time; `until` is in milliseconds since the epoch. */
export type ReplayGuard = (parts: GuardedParts, until: number) => Promise<boolean>;

/** Where a guard remembers: a Durable Object, a table, or `memoryReplayStore`. */
export interface ReplayStore {
  /**
   * Adds a name, atomically.
   *
   * @param until - the last moment at which it must be remembered, in milliseconds since the epoch
   * @returns whether it was not there yet
   */
  add(name: string, until: number): boolean | Promise<boolean>;
}

/**
 * A guard over a store. What it remembers of a message is the SHA-256 of its content to be signed and of its encrypted
 * key, not its signature: an ECDSA signature can be turned into a second valid one.
 *
 * Two identical messages that were signed within one second are one message to it: Request-Time counts seconds.
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
 * A store in this isolate's memory: right for one process, no protection between several.
 *
 * @param options.now - this clock, in milliseconds since the epoch
 */
export function memoryReplayStore({ now = Date.now }: { now?: () => number } = {}): ReplayStore {
  const seen = new Map<string, number>();
  return {
    add(name, until) {
      // Names come in nearly the order in which they expire, so the oldest stand first.
      for (const [old, end] of seen) {
        if (end >= now()) break; // a message is accepted up to and with that moment
        seen.delete(old);
      }
      if (seen.has(name)) return false;
      seen.set(name, until);
      return true;
    },
  };
}
