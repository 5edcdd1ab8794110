/** The stage of decryption: with each suite and each key that is known. */
import { parseJson } from '../json.ts';
import { howToCompareKeys, somethingBetween } from '../setup-codes.ts';
import { withoutEnd } from '../text.ts';
import { decrypt, type Suite, suiteName, suites } from './decryption.ts';
import { type Cause, failed, notChecked, passed, type StageReport } from './explanation.ts';
import type { KnownKey } from './known-keys.ts';

/** A body in plain, with the key and the suite that gave it. */
export interface Decrypted {
  plain: Uint8Array;
  key: KnownKey;
  suite: Suite;
}

/** Tries every suite and every private key, the likely ones first; `undefined` if none fits. */
export async function tryToDecrypt(
  body: Uint8Array,
  encrypt: string,
  keys: KnownKey[],
): Promise<Decrypted | undefined> {
  for (const key of keys) {
    for (const suite of suites) {
      const plain = key.privateKey && (await decrypt(body, encrypt, key.privateKey, suite));
      if (plain) return { plain, key, suite };
    }
  }
  return undefined;
}

/**
 * @param encrypt - text of the Encrypt header
 * @param receiver - keys of the end that gets the message
 * @param suite - the one that is configured
 * @param isRequestFine - of a reply to the merchant: whether nothing is wrong with its request
 */
export function decryptionStage(
  body: Uint8Array,
  encrypt: string | undefined,
  decrypted: Decrypted | undefined,
  receiver: KnownKey[],
  suite: Suite,
  isRequestFine: boolean,
): StageReport {
  const text = Buffer.from(body).toString();
  if (encrypt === undefined) return plainStage(text);
  const causes: Cause[] = [];
  const [, algorithm] = /(?:^|,)\s*algorithm\s*=\s*([^,]*)/i.exec(encrypt) ?? [];
  if (algorithm !== undefined && algorithm.trim().toUpperCase() !== 'RSA_AES') {
    causes.push({
      cause: 'encrypt-algorithm',
      words: `the Encrypt header names ${algorithm.trim().slice(0, 24)}; expected RSA_AES`,
    });
  }
  if (parseJson(text) !== undefined)
    causes.push({ cause: 'body-not-encrypted', words: 'the Encrypt header is there, but the body is plain JSON' });
  // An end that signs with ECC224 decrypts with a separate RSA key, which is not among those of its signatures.
  const rsaKeys = receiver.filter(({ candidate }) => candidate.algorithm === 'RSA256');
  const isExpected = decrypted && (rsaKeys.length === 0 ? receiver.length > 0 : rsaKeys.includes(decrypted.key));
  if (decrypted && !isExpected) {
    const whose = rsaKeys.map(({ candidate }) => candidate.name).join(' or ') || "the receiver's key";
    causes.push({
      cause: 'encrypted-to-another-key',
      words: `the body is encrypted to ${decrypted.key.candidate.name}; expected ${whose}`,
    });
  }
  if (decrypted && suiteName(decrypted.suite) !== suiteName(suite)) {
    causes.push({
      cause: 'wrong-suite',
      words: `the body is encrypted with ${suiteName(decrypted.suite)}; expected ${suiteName(suite)}, unless --profile, or --content and --key-transport, say otherwise`,
    });
  }
  if (causes.length > 0) return failed('decryption', causes);
  if (decrypted) return passed('decryption', `it decrypts with ${decrypted.key.candidate.name}, ${suiteName(suite)}`);
  if (!receiver.some(({ privateKey }) => privateKey)) {
    return notChecked('decryption', "the receiver's private key is not known");
  }
  return failed('decryption', [
    {
      cause: 'not-decryptable',
      words:
        'the body does not decrypt with any key given in any suite: it was encrypted to another key, or was changed',
    },
    ...(isRequestFine
      ? [
          {
            cause: 'registered-key',
            words: `the request is fine here, so the gateway probably holds another public key for this Client-Id, or ${somethingBetween}; ${howToCompareKeys}`,
          },
        ]
      : []),
  ]);
}

function plainStage(text: string): StageReport {
  const isBase64 =
    text.length >= 16 && /^[A-Za-z0-9+/_\s-]+$/.test(withoutEnd(text, '=\r\n\t ')) && parseJson(text) === undefined;
  if (!isBase64) return passed('decryption', 'the body is plain');
  return failed('decryption', [
    {
      cause: 'encrypt-header-missing',
      words: 'the body is base64, as an encrypted one, but the Encrypt header is missing',
    },
  ]);
}
