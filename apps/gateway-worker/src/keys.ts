/**
 * The keys of both ends, from the secrets that hold them: imported once per isolate, and again only when a secret changed.
 */
import { importPrivateKey, importPublicKey, type PrivateKey, type PublicKey } from '@alipayhk-pass/message-security';
import * as v from 'valibot';
import type { Env } from './env.ts';

/** The gateway's own key, and the merchants' by Client-Id. */
export interface Keys {
  privateKey: PrivateKey;
  publicKeys: ReadonlyMap<string, PublicKey>;
}

type Secrets = Pick<Env, 'GATEWAY_PRIVATE_KEY' | 'MERCHANT_PUBLIC_KEYS'>;

/** A secret is missing or malformed. Anyone may read the message; `cause` is for the log. Neither shows its content. */
export class ConfigurationInvalid extends Error {
  override readonly name = 'ConfigurationInvalid';
  constructor(variable: keyof Secrets, expected: string, cause?: Error) {
    super(`${variable}: expected ${expected}`, { cause });
  }
}

// The keys, not a promise of them: workerd ties a promise to the request that made it.
let last: { privateKeyText: string | undefined; publicKeysText: string | undefined; keys: Keys } | undefined;

/** @throws ConfigurationInvalid */
export async function keysOf(secrets: Secrets): Promise<Keys> {
  const { GATEWAY_PRIVATE_KEY: privateKeyText, MERCHANT_PUBLIC_KEYS: publicKeysText } = secrets;
  if (last?.privateKeyText === privateKeyText && last?.publicKeysText === publicKeysText && last) return last.keys;
  const privateKey = await readPrivateKey(privateKeyText);
  const publicKeys = await readPublicKeys(publicKeysText);
  last = { privateKeyText, publicKeysText, keys: { privateKey, publicKeys } };
  return last.keys;
}

async function readPrivateKey(text: string | undefined): Promise<PrivateKey> {
  const expected = 'an RSA private key of 2048 bits or more, as PEM or bare base64';
  if (!text) throw new ConfigurationInvalid('GATEWAY_PRIVATE_KEY', `${expected}, received none`);
  return importPrivateKey(text).catch((cause) => {
    throw new ConfigurationInvalid('GATEWAY_PRIVATE_KEY', expected, cause);
  });
}

const vPublicKeys = v.pipe(
  v.string(),
  v.parseJson(),
  v.check((value) => !Array.isArray(value)), // which a record would take
  v.record(v.pipe(v.string(), v.regex(/^[\w-]+$/)), v.string()),
  v.minEntries(1),
);

async function readPublicKeys(text: string | undefined): Promise<Map<string, PublicKey>> {
  const expected = 'a JSON object from Client-Id to RSA public key of 2048 bits or more, as PEM or bare base64';
  if (!text) throw new ConfigurationInvalid('MERCHANT_PUBLIC_KEYS', `${expected}, received none`);
  // What valibot and JSON.parse say of it quotes the text, which may be a key.
  const { success, output } = v.safeParse(vPublicKeys, text);
  if (!success) throw new ConfigurationInvalid('MERCHANT_PUBLIC_KEYS', expected);
  const publicKeys = new Map<string, PublicKey>();
  for (const [clientId, key] of Object.entries(output)) {
    const publicKey = await importPublicKey(key).catch((cause) => {
      throw new ConfigurationInvalid('MERCHANT_PUBLIC_KEYS', expected, new TypeError(`${clientId}: ${cause.message}`));
    });
    publicKeys.set(clientId, publicKey);
  }
  return publicKeys;
}
