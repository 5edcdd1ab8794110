/** Keys of a merchant and of a gateway, made by Node's own crypto. */
import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { temporaryFolder } from './runtimes.ts';

export interface Pair {
  privateKey: KeyObject;
  publicKey: KeyObject;
}
export interface Keys {
  merchant: Pair;
  gateway: Pair;
}

export const newPair = (): Pair => generateKeyPairSync('rsa', { modulusLength: 2048 });
/** For ECC224. */
export const newEcPair = (): Pair => generateKeyPairSync('ec', { namedCurve: 'secp224r1' });
export const keys: Keys = { merchant: newPair(), gateway: newPair() };

/** PKCS#8 or SPKI as PEM. */
export const pem = (key: KeyObject): string =>
  key.export({ type: key.type === 'private' ? 'pkcs8' : 'spki', format: 'pem' }).toString();

/** A folder with the keys in files, and a configuration that names them. */
export function folderWithKeys(config: object = {}, { merchant, gateway }: Keys = keys): string {
  const folder = temporaryFolder();
  const files = {
    'merchant-private-key.pem': merchant.privateKey,
    'merchant-public-key.pem': merchant.publicKey,
    'gateway-private-key.pem': gateway.privateKey,
    'gateway-public-key.pem': gateway.publicKey,
  };
  for (const [name, key] of Object.entries(files)) writeFileSync(join(folder, name), pem(key), { mode: 0o600 });
  const defaults = {
    clientId: '4Q5Y8W0WSG45P907917',
    merchantId: '2160400000000001',
    privateKeyFile: 'merchant-private-key.pem',
    publicKeyFile: 'gateway-public-key.pem',
  };
  writeFileSync(join(folder, 'alipayhk-pass.config.json'), JSON.stringify({ ...defaults, ...config }));
  return folder;
}
