/**
 * The merchant's key in the page: text in any spelling -> a CryptoKey that cannot be exported. RSA_AES needs the key's
 * numbers too, because no browser decrypts RSAES-PKCS1-v1_5: only then are they kept, and only in this page's memory.
 */
import {
  diagnoseKeys,
  fingerprint,
  importPrivateKey,
  importPublicKey,
  type KeyInput,
  type PrivateKey,
  type PublicKey,
} from '@alipayhk-pass/message-security';

/** Keys as a person pastes them. */
export interface KeyTexts {
  clientId: string;
  /** The merchant's: PKCS#8 or PKCS#1 as PEM or bare base64, or a JWK. */
  privateKey: string;
  /** The gateway's: SPKI, PKCS#1 or a certificate as PEM or bare base64, or a JWK. */
  publicKey: string;
}

/** What the page keeps of them. */
export interface Keys {
  clientId: string;
  /** Signs; its CryptoKey is not extractable, and nothing leads from here to the key's numbers. */
  signer: PrivateKey;
  /** Decrypts replies; holds the key's numbers, and is absent for a key that only signs. */
  decryptionKey: PrivateKey | undefined;
  /** The gateway's: verifies and encrypts. */
  publicKey: PublicKey;
  /** SHA-256 of the SPKI of the merchant's key, in hex. */
  fingerprint: string | undefined;
  /** What is wrong with the two keys together, in words. */
  problems: string[];
}

/**
 * Imports both keys.
 *
 * @param withNumbers - keep what RSA_AES needs to decrypt
 * @throws TypeError that says what was given instead of a key; it holds nothing of the text
 */
export async function importKeys(texts: KeyTexts, withNumbers: boolean): Promise<Keys> {
  const { clientId } = texts;
  if (!/^[\w-]+$/.test(clientId)) throw new TypeError('clientId: expected letters, digits, dash or underscore');
  const [merchantPrivateKey, gatewayPublicKey] = [readInput(texts.privateKey), readInput(texts.publicKey)];
  const privateKey = await importPrivateKey(merchantPrivateKey);
  const publicKey = await importPublicKey(gatewayPublicKey);
  const { problems } = await diagnoseKeys({ merchantPrivateKey, gatewayPublicKey });
  const { algorithm, sign } = privateKey;
  return {
    clientId,
    signer: { algorithm, sign }, // a handle of its own: the numbers belong to the other one, and are dropped with it
    decryptionKey: withNumbers ? privateKey : undefined,
    publicKey,
    fingerprint: await fingerprint(privateKey),
    problems,
  };
}

/** A JWK is JSON; every other spelling is for the importer. */
function readInput(text: string): KeyInput {
  if (!text.trim().startsWith('{')) return text;
  try {
    return JSON.parse(text);
  } catch {
    return text; // the importer refuses it in words
  }
}

const storageKey = 'keys';

/** Keeps the texts in this tab until it is closed; only if the person asked for it. */
export function rememberKeys(texts: KeyTexts): void {
  sessionStorage.setItem(storageKey, JSON.stringify(texts));
}

/** What this tab was asked to remember. */
export function rememberedKeys(): KeyTexts | undefined {
  const text = sessionStorage.getItem(storageKey);
  return text === null ? undefined : JSON.parse(text);
}

/** Forgets these texts. */
export function forgetKeys(): void {
  sessionStorage.removeItem(storageKey);
}
