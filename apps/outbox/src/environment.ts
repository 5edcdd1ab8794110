/**
 * The Worker's secrets and variables, checked and turned into a client for AlipayHK and into limits. What is wrong is
 * reported by the variable's name and by what was expected of it, never with its content.
 */

import { type Client, createClient } from '@alipayhk-pass/api';
import type { WebhooksOptions } from '@alipayhk-pass/api/webhooks';
import { importPrivateKey, importPublicKey, RSA_AES } from '@alipayhk-pass/message-security';
import * as v from 'valibot';
import { Refused } from './answer.ts';
import { transactionFields } from './units.ts';

/** What the Worker works with. */
export interface Merchant {
  client: Client;
  /** Whose calls are answered, and with which keys. */
  inbound: Pick<WebhooksOptions, 'tag' | 'clientId' | 'privateKey' | 'publicKey' | 'encryption'>;
  /** The bearer token that callers of this Worker present. */
  apiToken: string;
  /** Whether they have to present a verified client certificate besides. */
  requireCertificate: boolean;
  /** How points and level are called in `dataInfo` (A27). */
  fieldNames: { points: string; level: string };
  /** How long AlipayHK's answer may take, in milliseconds. */
  timeout: number;
  /** Least pause before another attempt, in milliseconds: after any outcome that is unknown, and where no answer came. */
  pauses: { backOff: number; unanswered: number };
  /** The bound on requests to AlipayHK, across all passes. */
  rate: { perSecond: number; inFlight: number; shards: number };
}

/** A variable of the given form; one that is not set counts as empty. */
const variable = (form: RegExp, expected: string) =>
  v.pipe(v.optional(v.string(expected), ''), v.regex(form, expected));

const origin = 'an origin, as https://open.alipay.hk';
const onOrOff = variable(/^(on|off)$/, '"on" or "off"');
const milliseconds = variable(/^[1-9]\d{0,4}$/, 'milliseconds, 1 to 99999');
const count = variable(/^[1-9]\d{0,4}$/, 'a whole number, 1 to 99999');
const fieldName = v.pipe(
  variable(/^[\w$]+$/, 'letters, digits, $ or underscore'),
  v.check((name) => !transactionFields.has(name), 'no field of a transaction'),
);

// The presets of those that are no secrets stand in wrangler.jsonc.
const Variables = v.object({
  /** The id that AlipayHK gave to the merchant's application. */
  CLIENT_ID: variable(/^[\w-]+$/, 'letters, digits, dash or underscore'),
  /** Ours: signs what we send, decrypts what AlipayHK answers. */
  MERCHANT_PRIVATE_KEY: variable(/\S/, 'an RSA private key as PEM or bare base64'),
  /** The one before it, while AlipayHK may still encrypt to it: decrypts, and signs nothing. */
  MERCHANT_PRIVATE_KEY_OLD: variable(/^/, 'an RSA private key as PEM or bare base64, or nothing'),
  /** Theirs, from AlipayHK's console: verifies what they answer, encrypts what we send. */
  ALIPAYHK_PUBLIC_KEY: variable(/\S/, 'an RSA public key as PEM or bare base64'),
  /** The one that their console announces: verifies besides, and encrypts nothing yet. */
  ALIPAYHK_PUBLIC_KEY_NEXT: variable(/^/, 'an RSA public key as PEM or bare base64, or nothing'),
  /** Who may call this Worker: without it, anyone could have updates signed. */
  API_TOKEN: variable(/^[\w.~+/-]{16,}=*$/, '16 or more of the characters of a bearer token: letters, digits, -._~+/'),
  CLIENT_CERTIFICATE: onOrOff,
  GATEWAY_URL: v.pipe(
    variable(/^https?:/, origin),
    v.check((text) => URL.canParse(text) && new URL(text).origin === text, origin),
  ),
  ENCRYPTION: onOrOff,
  /** Ours in the paths that AlipayHK calls (A28). */
  MERCHANT_TAG: variable(/^[\w.~-]+$/, 'one segment of a path: letters, digits, dot, dash, underscore or tilde'),
  /** Version of MERCHANT_PRIVATE_KEY in AlipayHK's console; the Signature header leaves it out when it is empty (A8). */
  KEY_VERSION: variable(/^[\w.-]*$/, 'letters, digits, dot, dash or underscore, or nothing'),
  TIMEOUT_MS: milliseconds,
  BACK_OFF_MS: milliseconds,
  UNANSWERED_PAUSE_MS: milliseconds,
  RATE_PER_SECOND: count,
  IN_FLIGHT: count,
  RATE_SHARDS: count,
  POINTS_FIELD: fieldName,
  LEVEL_FIELD: fieldName,
});

const names = Object.keys(Variables.entries);

// Kept for the isolate's life, and read anew when a variable changed. The result and not its promise: one request must
// not wait on the work of another.
let last: { text: string; merchant: Merchant } | undefined;

/**
 * Checks the environment and imports its keys.
 *
 * @throws Refused, ConfigurationInvalid, with the name of each variable that is missing or malformed
 */
export async function readEnvironment(env: object): Promise<Merchant> {
  const text = JSON.stringify(names.map((name) => (env as Record<string, unknown>)[name]));
  if (last?.text === text) return last.merchant;
  const { success, output, issues } = v.safeParse(Variables, env);
  if (!success) {
    throw misconfigured(issues.map((issue) => ({ path: v.getDotPath(issue) ?? '', message: issue.message })));
  }
  if (Number(output.IN_FLIGHT) < Number(output.RATE_SHARDS)) {
    throw misconfigured([{ path: 'IN_FLIGHT', message: 'at least RATE_SHARDS: every shard needs one' }]);
  }
  if (output.POINTS_FIELD === output.LEVEL_FIELD) {
    throw misconfigured([
      { path: 'LEVEL_FIELD', message: 'another name than POINTS_FIELD: one would overwrite the other' },
    ]);
  }
  const keys = await readKeys(output);
  const merchant: Merchant = {
    client: clientOf(output, keys),
    // Encrypted or not is for AlipayHK to choose.
    inbound: { tag: output.MERCHANT_TAG, clientId: output.CLIENT_ID, ...keys, encryption: RSA_AES },
    apiToken: output.API_TOKEN,
    requireCertificate: output.CLIENT_CERTIFICATE === 'on',
    fieldNames: { points: output.POINTS_FIELD, level: output.LEVEL_FIELD },
    timeout: Number(output.TIMEOUT_MS),
    pauses: { backOff: Number(output.BACK_OFF_MS), unanswered: Number(output.UNANSWERED_PAUSE_MS) },
    rate: {
      perSecond: Number(output.RATE_PER_SECOND),
      inFlight: Number(output.IN_FLIGHT),
      shards: Number(output.RATE_SHARDS),
    },
  };
  last = { text, merchant };
  return merchant;
}

type Output = v.InferOutput<typeof Variables>;
type Keys = Pick<WebhooksOptions, 'privateKey' | 'publicKey'>;

/** Rings of keys. The last one of each is the one that signs, or encrypts; the others stand in while a key is replaced. */
async function readKeys(output: Output): Promise<Keys> {
  const { MERCHANT_PRIVATE_KEY_OLD: old, ALIPAYHK_PUBLIC_KEY_NEXT: next } = output;
  const keyVersion = output.KEY_VERSION || undefined;
  const [privateKey, publicKey, oldPrivateKey, nextPublicKey] = await Promise.all([
    named('MERCHANT_PRIVATE_KEY', importPrivateKey(output.MERCHANT_PRIVATE_KEY, { keyVersion })),
    named('ALIPAYHK_PUBLIC_KEY', importPublicKey(output.ALIPAYHK_PUBLIC_KEY)),
    // Without a version: it stands for whichever AlipayHK names.
    old ? named('MERCHANT_PRIVATE_KEY_OLD', importPrivateKey(old)) : undefined,
    next ? named('ALIPAYHK_PUBLIC_KEY_NEXT', importPublicKey(next)) : undefined,
  ]);
  return {
    privateKey: oldPrivateKey ? [oldPrivateKey, privateKey] : privateKey,
    publicKey: nextPublicKey ? [nextPublicKey, publicKey] : publicKey,
  };
}

function clientOf(output: Output, keys: Keys): Client {
  return createClient({
    ...keys,
    clientId: output.CLIENT_ID,
    baseUrl: output.GATEWAY_URL,
    encryption: output.ENCRYPTION === 'on' ? RSA_AES : undefined,
    timeout: Number(output.TIMEOUT_MS),
    fetch: (request) => fetch(request),
  });
}

/** The import of a key, its TypeError told as one about the variable that holds the key. */
async function named<Key>(name: string, imported: Promise<Key>): Promise<Key> {
  return imported.catch((error: unknown) => {
    if (!(error instanceof TypeError)) throw error;
    throw misconfigured([{ path: name, message: error.message.replace(/^\w+: expected /, '') }]);
  });
}

function misconfigured(issues: { path: string; message: string }[]): Refused {
  return new Refused('ConfigurationInvalid', issues);
}
