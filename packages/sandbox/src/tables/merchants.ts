/** The merchants: public keys by Client-Id, in versions. */
import { type SqlStore, selectRows, statement } from '../store.ts';

/** A public key as it is stored. */
export interface MerchantKey {
  /** Absent where the key stands for every version (A8). */
  keyVersion?: string | undefined;
  /** PEM or bare base64. */
  publicKey: string;
}

/** A merchant and its keys, the latest last. */
export interface Merchant {
  clientId: string;
  keys: MerchantKey[];
}

interface Row {
  clientId: string;
  keyVersion: string | null;
  publicKey: string;
}

const select = 'SELECT client_id AS clientId, key_version AS keyVersion, public_key AS publicKey FROM merchant_keys';

/** The keys of a merchant, the latest last; none for an unknown Client-Id. */
export async function readMerchantKeys(store: SqlStore, clientId: string): Promise<MerchantKey[]> {
  return (await selectRows<Row>(store, `${select} WHERE client_id = ?1 ORDER BY position`, clientId)).map(toKey);
}

/** Creates a merchant with these keys, or replaces all keys of an existing one. `importPublicKey` must accept each. */
export async function setMerchant(store: SqlStore, { clientId, keys }: Merchant): Promise<void> {
  const insert = 'INSERT INTO merchant_keys (client_id, position, key_version, public_key) VALUES (?1, ?2, ?3, ?4)';
  await store.run([
    statement('DELETE FROM merchant_keys WHERE client_id = ?1', clientId),
    ...keys.map(({ keyVersion = null, publicKey }, position) =>
      statement(insert, clientId, position, keyVersion, publicKey),
    ),
  ]);
}

/** Every merchant, by Client-Id. */
export async function listMerchants(store: SqlStore): Promise<Merchant[]> {
  const rows = await selectRows<Row>(store, `${select} ORDER BY client_id, position`);
  const merchants = Map.groupBy(rows, ({ clientId }) => clientId);
  return [...merchants].map(([clientId, keys]) => ({ clientId, keys: keys.map(toKey) }));
}

function toKey({ keyVersion, publicKey }: Row): MerchantKey {
  return { ...(keyVersion !== null && { keyVersion }), publicKey };
}
