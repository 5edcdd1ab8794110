/** The merchants as the gateway needs them: their public keys, imported once each, and how their replies are spelled. */
import { importPublicKey, type PublicKey } from '@alipayhk-pass/message-security';
import type { SqlStore } from '../store.ts';
import { type MerchantKey, readMerchant } from '../tables/merchants.ts';
import type { HeaderCase } from './header-case.ts';

/** A merchant that is known. */
export interface KnownMerchant {
  /** The latest last. */
  publicKeys: [PublicKey, ...PublicKey[]];
  headerCase: HeaderCase | undefined;
}

/** The merchant with this Client-Id; `undefined` where it is unknown. */
export type MerchantOf = (clientId: string) => Promise<KnownMerchant | undefined>;

/** Most keys that are remembered. */
const maxKeys = 1000;

/** Looks merchants up in the store at each call, and imports each text of a key once. */
export function merchantsFrom(store: SqlStore): MerchantOf {
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
    const merchant = await readMerchant(store, clientId);
    const [first, ...others] = await Promise.all((merchant?.keys ?? []).map(importOnce));
    return first && { publicKeys: [first, ...others], headerCase: merchant?.headerCase };
  };
}
