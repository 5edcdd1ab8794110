/** RSASSA-PKCS1-v1_5 of any size and digest that Web Crypto has, and ECDSA over P-224. */

import { importPublicKey, type PublicKey } from '@alipayhk-pass/message-security';
import { importEcc224PublicKey } from '@alipayhk-pass/message-security/ecc224';
import { bitLength, readKeyText, toJwk } from '@alipayhk-pass/message-security/internals-for-tests';
import { equal, errorOf } from '../assert.ts';
import { type Case, fromHex, type Group, nameOf, type WycheproofTest } from './case.ts';

interface SignatureGroup extends Group {
  sha: string;
  publicKeyPem?: string;
  /** What files before `testvectors_v1` call it. */
  keyPem?: string;
  tests: (WycheproofTest & { msg: string; sig: string })[];
}

interface EcdsaGroup extends SignatureGroup {
  publicKey?: { curve: string };
  /** Likewise. */
  key?: { curve: string };
}

type Verifier = Pick<PublicKey, 'verify'>;

export function rsassaCases(group: Group): Case[] | string {
  const { sha, publicKeyPem, keyPem = '', tests } = group as SignatureGroup;
  if (!['SHA-1', 'SHA-256', 'SHA-384', 'SHA-512'].includes(sha)) return `Web Crypto has no ${sha}`;
  return signatureCases(tests, () => importRsa(publicKeyPem ?? keyPem, sha));
}

export function ecdsaCases(group: Group): Case[] | string | undefined {
  const { sha, publicKeyPem, keyPem = '', publicKey, key, tests, type } = group as EcdsaGroup;
  if ((publicKey ?? key)?.curve !== 'secp224r1') return undefined;
  if (sha !== 'SHA-224' && sha !== 'SHA-256') return `packages/ecc224 has no ${sha}`;
  const encoding = type === 'EcdsaVerify' ? 'DER' : 'IEEE-P1363';
  return signatureCases(tests, () => importEcc224PublicKey(publicKeyPem ?? keyPem, { digest: sha, encoding }));
}

/**
 * `importPublicKey`, and what it does for digests and sizes that it refuses. A note when it refuses the key because this
 * runtime cannot use it, which is then seen to be so.
 */
async function importRsa(pem: string, hash: string): Promise<Verifier | string> {
  const numbers = readKeyText(pem, 'public');
  if (typeof numbers === 'string') throw new TypeError(numbers);
  const [n, e] = numbers as [bigint, bigint];
  const bits = bitLength(n);
  const algorithm = { name: 'RSASSA-PKCS1-v1_5', hash };
  const key = await crypto.subtle.importKey('jwk', toJwk({ n, e, size: 0 }), algorithm, false, ['verify']);
  const verifier: Verifier = { verify: (signature, data) => crypto.subtle.verify(algorithm, key, signature, data) };
  if (bits < 2048) return verifier;

  const words = `an RSA key of ${bits} bits, which this runtime cannot use`;
  try {
    const publicKey = await importPublicKey(pem);
    return hash === 'SHA-256' ? publicKey : verifier;
  } catch (error) {
    if (!(error instanceof TypeError && error.message.startsWith(`publicKey is ${words}; expected `))) throw error;
    await errorOf(() => verifier.verify(new Uint8Array(bits / 8), new Uint8Array()));
    return `the refusal of ${words}, is what is tested`;
  }
}

function signatureCases(tests: SignatureGroup['tests'], importKey: () => Promise<Verifier | string>): Case[] {
  let key: Promise<Verifier | string> | undefined;
  return tests.map((test) => ({
    name: nameOf(test),
    run: async () => {
      key ??= importKey();
      const verifier = await key;
      if (typeof verifier === 'string') return verifier;
      const verified = await verifier.verify(fromHex(test.sig), fromHex(test.msg));
      if (test.result !== 'acceptable') equal(verified, test.result === 'valid');
      return undefined;
    },
  }));
}
