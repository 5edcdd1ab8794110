/**
 * The Worker's secrets and variables, checked and turned into a client for AlipayHK. What is wrong is reported by the
 * variable's name and by what was expected of it, never with its content.
 */
import { importPrivateKey, importPublicKey, RSA_AES } from '@alipayhk-pass/message-security';
import { type Client, createClient } from '@alipayhk-pass/update-pass/client';
import * as v from 'valibot';
import { Refused } from './answer.ts';

/** What the Worker works with. */
export interface Merchant {
  client: Client;
  /** The bearer token that callers of this Worker present. */
  apiToken: string;
}

/** A variable of the given form; one that is not set counts as empty. */
const variable = (form: RegExp, expected: string) =>
  v.pipe(v.optional(v.string(expected), ''), v.regex(form, expected));

const origin = 'an origin, as https://open.alipay.hk';

// The presets of those that are no secrets stand in wrangler.jsonc.
const Variables = v.object({
  /** The id that AlipayHK gave to the merchant's application. */
  CLIENT_ID: variable(/^[\w-]+$/, 'letters, digits, dash or underscore'),
  /** Ours: signs what we send, decrypts what AlipayHK answers. */
  MERCHANT_PRIVATE_KEY: variable(/\S/, 'an RSA private key as PEM or bare base64'),
  /** Theirs, from AlipayHK's console: verifies what they answer, encrypts what we send. */
  ALIPAYHK_PUBLIC_KEY: variable(/\S/, 'an RSA public key as PEM or bare base64'),
  /** Who may call this Worker: without it, anyone could have updates signed. */
  API_TOKEN: variable(/^[\w.~+/-]{16,}=*$/, '16 or more of the characters of a bearer token: letters, digits, -._~+/'),
  GATEWAY_URL: v.pipe(
    variable(/^https?:/, origin),
    v.check((text) => URL.canParse(text) && new URL(text).origin === text, origin),
  ),
  ENCRYPTION: variable(/^(on|off)$/, '"on" or "off"'),
  /** Version of MERCHANT_PRIVATE_KEY in AlipayHK's console; the Signature header leaves it out when it is empty (A8). */
  KEY_VERSION: variable(/^[\w.-]*$/, 'letters, digits, dot, dash or underscore, or nothing'),
  /** How long AlipayHK's answer may take, in milliseconds. */
  TIMEOUT_MS: variable(/^[1-9]\d{0,4}$/, 'milliseconds, 1 to 99999'),
});

/**
 * Checks the environment and imports its keys.
 *
 * @throws Refused, ConfigurationInvalid, with the name of each variable that is missing or malformed
 */
export async function readEnvironment(env: unknown): Promise<Merchant> {
  const { success, output, issues } = v.safeParse(Variables, env);
  if (!success) {
    const names = issues.map((issue) => ({ path: v.getDotPath(issue) ?? '', expected: issue.message }));
    throw new Refused('ConfigurationInvalid', names);
  }
  const { CLIENT_ID, MERCHANT_PRIVATE_KEY, ALIPAYHK_PUBLIC_KEY, API_TOKEN, GATEWAY_URL, TIMEOUT_MS } = output;
  const keyVersion = output.KEY_VERSION || undefined;
  const [privateKey, publicKey] = await Promise.all([
    named('MERCHANT_PRIVATE_KEY', importPrivateKey(MERCHANT_PRIVATE_KEY, { keyVersion })),
    named('ALIPAYHK_PUBLIC_KEY', importPublicKey(ALIPAYHK_PUBLIC_KEY)),
  ]);
  const client = createClient({
    clientId: CLIENT_ID,
    privateKey,
    publicKey,
    baseUrl: GATEWAY_URL,
    encryption: output.ENCRYPTION === 'on' ? RSA_AES : undefined,
    timeout: Number(TIMEOUT_MS),
  });
  return { client, apiToken: API_TOKEN };
}

/** The import of a key, its TypeError told as one about the variable that holds the key. */
async function named<Key>(name: string, imported: Promise<Key>): Promise<Key> {
  return imported.catch((error: unknown) => {
    if (!(error instanceof TypeError)) throw error;
    throw new Refused('ConfigurationInvalid', [{ path: name, expected: error.message.replace(/^\w+: expected /, '') }]);
  });
}
