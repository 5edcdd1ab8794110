/** The merchants' public keys, imported once each. */
import { importPublicKey, type PublicKey } from '@alipayhk-pass/message-security';
import type { SqlStore } from '../store.ts';
import { type MerchantKey, readMerchantKeys } from '../tables/merchants.ts';

/** The keys of a Client-Id, the latest last; `undefined` where it is unknown. */
export type PublicKeysOf = (clientId: string) => Promise<[PublicKey, ...PublicKey[]] | undefined>;

/** Most keys that are remembered. */
const maxKeys = 1000;

/** Looks keys up in the store at each call, and imports each text once. */
export function publicKeysFrom(store: SqlStore): PublicKeysOf {
  // Keys and not promises of them: workerd ties a promise to the request that made it.
  const imported = new Map<string, PublicKey>();
  const importOnce = async ({ keyVersion, publicKey }: MerchantKey): Promise<PublicKey> => {
    const name = `${keyVersion ?? ''}\n${publicKey}`;
    const known = imported.get(name);
    if (known) return known;
    const key = await importPublicKey(publicKey, { keyVersion });
    if (imported.size >= maxKeys) imported.clear(); // keys that were replaced would stay for ever
    imported.set(name, key);
    return key;
  };
  return async (clientId) => {
    const [first, ...others] = await Promise.all((await readMerchantKeys(store, clientId)).map(importOnce));
    return first === undefined ? undefined : [first, ...others];
  };
}
