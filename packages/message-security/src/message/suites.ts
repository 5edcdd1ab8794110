/**
 * Other suites of RSA_AES, for ends that agree on them beforehand (A26). The default remains Ant's, `RSA_AES`. The other
 * algorithms are native Web Crypto.
 */
import { aesEcb } from '../crypto/aes-ecb.ts';
import { toBytes } from '../crypto/bytes.ts';
import { bytesFrom, oncePer } from '../crypto/offers.ts';
import { type RsaPublicNumbers, toJwk } from '../crypto/rsa-numbers.ts';
import { rsaesPkcs1 } from '../crypto/rsaes-pkcs1.ts';
import { type ContentCipher, isAesLength, type KeyTransport } from '../crypto/suite.ts';
import type { WebCryptoKey } from '../crypto/web-crypto.ts';
import { defineEncryption, type Encryption } from './encryption.ts';

/** Options of `rsaAes`. An absent one is as in `RSA_AES`. */
export interface RsaAesOptions {
  /** Cipher of the body. */
  content?: 'AES-ECB' | 'AES-CBC' | 'AES-GCM';
  /**
   * For AES-ECB: least length of a body, in bytes, that is encrypted with AES-OCB if the runtime has it; 2049 unless
   * given, 0 for every body, Infinity for none. The result is the same and faster, but Node prints an
   * ExperimentalWarning at first use.
   */
  ocbFrom?: number;
  /** How the symmetric key is encrypted. */
  keyTransport?: 'RSAES-PKCS1-v1_5' | 'RSA-OAEP' | 'RSA-OAEP-256';
}

/**
 * RSA_AES with another content cipher or key transport than Ant's. Both ends must use the same, because no header names
 * them.
 *
 * @throws TypeError for a name that is not listed, or an `ocbFrom` out of form
 * @see {@link https://github.com/alipayhk-pass/alipayhk-pass/blob/main/spec/ASSUMPTIONS.md#a26 A26}; NIST SP 800-38A §6.2 (CBC), SP 800-38D (GCM), RFC 8017 §7.1 (OAEP, with SHA-1 or, as RSA-OAEP-256, SHA-256)
 * @example
 * ```ts
 * import { rsaAes, sealedFetch } from '@alipayhk-pass/message-security';
 *
 * const encryption = rsaAes({ content: 'AES-GCM', keyTransport: 'RSA-OAEP-256' });
 * const fetchSealed = sealedFetch({ clientId, privateKey, publicKey, encryption });
 * ```
 */
export function rsaAes({ content = 'AES-ECB', keyTransport = 'RSAES-PKCS1-v1_5', ocbFrom }: RsaAesOptions): Encryption {
  if (ocbFrom !== undefined && !(ocbFrom >= 0)) throw new TypeError('ocbFrom must be a number of bytes, 0 or more');
  return defineEncryption(
    choose('content', content, {
      'AES-ECB': aesEcb(ocbFrom),
      'AES-CBC': withIv('AES-CBC', 16),
      'AES-GCM': withIv('AES-GCM', 12),
    }),
    choose('keyTransport', keyTransport, {
      'RSAES-PKCS1-v1_5': rsaesPkcs1,
      'RSA-OAEP': oaep('SHA-1'),
      'RSA-OAEP-256': oaep('SHA-256'),
    }),
  );
}

function choose<T>(option: string, name: string, known: Record<string, T>): T {
  const found = Object.hasOwn(known, name) ? known[name] : undefined;
  if (found === undefined) throw new TypeError(`${option} must be one of ${Object.keys(known).join(', ')}`);
  return found;
}

function withIv(name: 'AES-CBC' | 'AES-GCM', ivLength: number): ContentCipher {
  return {
    async encrypt(key, plaintext, crypto) {
      const { subtle } = crypto;
      const iv = crypto.getRandomValues(new Uint8Array(ivLength));
      const symmetricKey = await subtle.importKey('raw', key, name, false, ['encrypt']);
      const ciphertext = await subtle.encrypt({ name, iv }, symmetricKey, plaintext);
      const content = new Uint8Array(ivLength + ciphertext.byteLength);
      content.set(iv);
      content.set(new Uint8Array(ciphertext), ivLength);
      return content;
    },
    async decrypt(key, content, { subtle }) {
      const symmetricKey = await subtle.importKey('raw', key, name, false, ['decrypt']);
      const algorithm = { name, iv: content.subarray(0, ivLength) };
      return toBytes(await subtle.decrypt(algorithm, symmetricKey, content.subarray(ivLength)), name);
    },
  };
}

function oaep(hash: 'SHA-1' | 'SHA-256'): KeyTransport {
  const name = 'RSA-OAEP';
  const keyFor = (usage: 'encrypt' | 'decrypt') =>
    oncePer(async (numbers: RsaPublicNumbers, subtle) =>
      subtle.importKey('jwk', toJwk(numbers), { name, hash }, false, [usage]),
    );
  const [publicKey, privateKey] = [keyFor('encrypt'), keyFor('decrypt')];
  return {
    async wrap(symmetricKey, to, { subtle }) {
      const key = (await publicKey(to, subtle)) as WebCryptoKey; // without one, encrypting fails
      return bytesFrom(to.size, subtle.encrypt(name, key, symmetricKey));
    },
    async unwrap(encryptedKey, numbers, { subtle }) {
      const symmetricKey = toBytes(
        await subtle.decrypt(name, (await privateKey(numbers, subtle)) as WebCryptoKey, encryptedKey),
        name,
      );
      return isAesLength(symmetricKey.length) ? symmetricKey : undefined;
    },
  };
}
