/** The merchants: public keys by Client-Id, in versions, and what is set for one. */
import type { HeaderCase } from '../gateway/header-case.ts';
import { type SqlStore, selectRows, statement } from '../store.ts';

/** A public key as it is stored. */
export interface MerchantKey {
  /** Absent where the key stands for every version. */
  keyVersion?: string | undefined;
  /** PEM or bare base64. */
  publicKey: string;
}

/** A merchant and its keys, the latest last. */
export interface Merchant {
  /** Its Client-Id. */
  clientId: string;
  /** Its public keys, the latest last. */
  keys: MerchantKey[];
  /** How the names of headers in replies are spelled; as the sandbox was started unless given. */
  headerCase?: HeaderCase | undefined;
}

interface Row {
  clientId: string;
  keyVersion: string | null;
  publicKey: string;
  headerCase: HeaderCase | null;
}

const select = `
  SELECT client_id AS clientId, key_version AS keyVersion, public_key AS publicKey, header_case AS headerCase
  FROM merchant_keys LEFT JOIN merchant_settings USING (client_id)`;

/** The merchant with this Client-Id. */
export async function readMerchant(store: SqlStore, clientId: string): Promise<Merchant | undefined> {
  const rows = await selectRows<Row>(store, `${select} WHERE client_id = ?1 ORDER BY position`, clientId);
  return rows.length === 0 ? undefined : toMerchant(clientId, rows);
}

/** Creates a merchant, or replaces all of an existing one. `importPublicKey` must accept each key. */
export async function setMerchant(store: SqlStore, { clientId, keys, headerCase }: Merchant): Promise<void> {
  const insertKey = 'INSERT INTO merchant_keys (client_id, position, key_version, public_key) VALUES (?1, ?2, ?3, ?4)';
  const insertSettings = 'INSERT INTO merchant_settings (client_id, header_case) VALUES (?1, ?2)';
  await store.run([
    statement('DELETE FROM merchant_keys WHERE client_id = ?1', clientId),
    statement('DELETE FROM merchant_settings WHERE client_id = ?1', clientId),
    ...keys.map(({ keyVersion = null, publicKey }, position) =>
      statement(insertKey, clientId, position, keyVersion, publicKey),
    ),
    ...(headerCase === undefined ? [] : [statement(insertSettings, clientId, headerCase)]),
  ]);
}

/** Every merchant, by Client-Id. */
export async function listMerchants(store: SqlStore): Promise<Merchant[]> {
  const rows = await selectRows<Row>(store, `${select} ORDER BY client_id, position`);
  const merchants = Map.groupBy(rows, ({ clientId }) => clientId);
  return [...merchants].map(([clientId, ofMerchant]) => toMerchant(clientId, ofMerchant));
}

function toMerchant(clientId: string, rows: Row[]): Merchant {
  const keys = rows.map(({ keyVersion, publicKey }) => ({ ...(keyVersion !== null && { keyVersion }), publicKey }));
  const headerCase = rows[0]?.headerCase ?? undefined;
  return { clientId, keys, ...(headerCase && { headerCase }) };
}
