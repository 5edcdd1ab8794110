/** Keys and names of both ends -> a client for updatePass, and what answers AlipayHK's calls. */
import {
  type Client,
  createClient,
  importPrivateKey,
  importPublicKey,
  type PrivateKey,
  type PublicKey,
  RSA_AES,
} from '@alipayhk-pass/api';
import type { WebhooksOptions } from '@alipayhk-pass/api/webhooks';
import * as v from 'valibot';
import { ConfigurationInvalid, cached, milliseconds, onOrOff, parse, text } from './variables.ts';

const origin = 'an origin, as https://open.alipay.hk';

const Variables = v.object({
  /** The id that AlipayHK gave to the merchant's application. */
  CLIENT_ID: text(/^[\w-]+$/, 'letters, digits, dash or underscore'),
  /** Ours: signs what we send, decrypts what AlipayHK replies. */
  MERCHANT_PRIVATE_KEY: text(/\S/, 'an RSA private key as PEM or bare base64'),
  /** The one before it, while AlipayHK may still encrypt to it: decrypts, and signs nothing. */
  MERCHANT_PRIVATE_KEY_OLD: text(/^/, 'an RSA private key as PEM or bare base64, or nothing'),
  /** Theirs, from AlipayHK's console: verifies their replies, encrypts what we send. */
  ALIPAYHK_PUBLIC_KEY: text(/\S/, 'an RSA public key as PEM or bare base64'),
  /** The one that their console announces: verifies besides, and encrypts nothing yet. */
  ALIPAYHK_PUBLIC_KEY_NEXT: text(/^/, 'an RSA public key as PEM or bare base64, or nothing'),
  GATEWAY_URL: v.pipe(
    text(/^https?:/, origin),
    v.check((url) => URL.canParse(url) && [url, `${url}/`].includes(`${new URL(url).origin}/`), origin),
  ),
  ENCRYPTION: onOrOff,
  /** Ours in the paths that AlipayHK calls (A28). */
  MERCHANT_TAG: text(/^[\w.~-]+$/, 'one segment of a path: letters, digits, dot, dash, underscore or tilde'),
  /** Version of MERCHANT_PRIVATE_KEY in AlipayHK's console; the Signature header leaves it out when it is empty (A8). */
  KEY_VERSION: text(/^[\w.-]*$/, 'letters, digits, dot, dash or underscore, or nothing'),
  TIMEOUT_MS: milliseconds,
});

type Output = v.InferOutput<typeof Variables>;
type Keys = Pick<WebhooksOptions, 'privateKey' | 'publicKey'>;

/** Both ends' keys, imported. */
export interface Merchant {
  client: Client;
  /** Whose calls are answered, and with which keys. */
  inbound: Pick<WebhooksOptions, 'tag' | 'clientId' | 'privateKey' | 'publicKey' | 'encryption'>;
}

// The result and not its promise: one request must not wait on the work of another.
let last: { variables: Output; merchant: Merchant } | undefined;
const output = cached(Object.keys(Variables.entries), (env) => parse(Variables, env));

/**
 * Checks the variables and imports the keys; keeps both until a variable changes.
 *
 * @throws ConfigurationInvalid with the name of each variable that is missing or malformed
 */
export async function readMerchant(env: object): Promise<Merchant> {
  const variables = output(env);
  if (last?.variables === variables) return last.merchant;
  const keys = await readKeys(variables);
  const merchant: Merchant = {
    client: clientOf(variables, keys),
    // Encrypted or not is for AlipayHK to choose.
    inbound: { tag: variables.MERCHANT_TAG, clientId: variables.CLIENT_ID, ...keys, encryption: RSA_AES },
  };
  last = { variables, merchant };
  return merchant;
}

/** Rings of keys. The last one of each signs, or encrypts; the others stand in while a key is replaced. */
async function readKeys(variables: Output): Promise<Keys> {
  const { MERCHANT_PRIVATE_KEY_OLD: old, ALIPAYHK_PUBLIC_KEY_NEXT: next } = variables;
  const keyVersion = variables.KEY_VERSION || undefined;
  const [privateKey, publicKey, oldPrivateKey, nextPublicKey] = await Promise.all([
    named<PrivateKey>('MERCHANT_PRIVATE_KEY', importPrivateKey(variables.MERCHANT_PRIVATE_KEY, { keyVersion })),
    named<PublicKey>('ALIPAYHK_PUBLIC_KEY', importPublicKey(variables.ALIPAYHK_PUBLIC_KEY)),
    // Without a version: it stands for whichever AlipayHK names.
    old ? named<PrivateKey>('MERCHANT_PRIVATE_KEY_OLD', importPrivateKey(old)) : undefined,
    next ? named<PublicKey>('ALIPAYHK_PUBLIC_KEY_NEXT', importPublicKey(next)) : undefined,
  ]);
  return {
    privateKey: oldPrivateKey ? [oldPrivateKey, privateKey] : privateKey,
    publicKey: nextPublicKey ? [nextPublicKey, publicKey] : publicKey,
  };
}

function clientOf(variables: Output, keys: Keys): Client {
  return createClient({
    ...keys,
    clientId: variables.CLIENT_ID,
    baseUrl: new URL(variables.GATEWAY_URL).origin,
    encryption: variables.ENCRYPTION === 'on' ? RSA_AES : undefined,
    timeout: Number(variables.TIMEOUT_MS),
    fetch: (request) => fetch(request),
  });
}

/** The import of a key; its TypeError becomes one about the variable that holds the key. */
async function named<Key>(name: string, imported: Promise<Key>): Promise<Key> {
  return imported.catch((error: unknown) => {
    if (!(error instanceof TypeError)) throw error;
    throw new ConfigurationInvalid([{ path: name, message: error.message.replace(/^\w+: expected /, '') }]);
  });
}
