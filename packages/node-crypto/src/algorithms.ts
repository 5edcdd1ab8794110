/**
 * The algorithms that `node:crypto` does here. Each takes a key or, by returning `undefined`, leaves it to Web Crypto; the
 * operations that it returns are bound to that key, so that its numbers stay inside of them.
 */
import { Buffer } from 'node:buffer';
import {
  constants,
  createCipheriv,
  createDecipheriv,
  createHmac,
  createPrivateKey,
  createPublicKey,
  privateDecrypt,
  publicEncrypt,
  sign,
  verify,
  type webcrypto,
} from 'node:crypto';
import { bufferOf, joined, viewOf } from './bytes.ts';
import { chosen } from './runtime.ts';

/** What can be done with one key. */
export interface Operations {
  encrypt?(data: Uint8Array): ArrayBuffer;
  decrypt?(data: Uint8Array): ArrayBuffer;
  sign?(data: Uint8Array): ArrayBuffer;
  verify?(signature: Uint8Array, data: Uint8Array): boolean;
}

/** What `importKey` was given, apart from the algorithm's name. */
export interface KeyData {
  format: string;
  data: ArrayBuffer | ArrayBufferView | webcrypto.JsonWebKey;
  /** Name of the algorithm's digest, if it has one. */
  hash: string | undefined;
  usages: readonly string[];
}

type Algorithm = (key: KeyData) => Operations | undefined;

/** Of keys that Web Crypto need not know: none of them is extractable. */
export const ownAlgorithms: Record<string, Algorithm> = {
  /** NIST SP 800-38A §6.1, with the padding of RFC 5652 §6.3. */
  'AES-ECB'({ format, data }) {
    if (format !== 'raw') return undefined;
    const key = viewOf(data).slice();
    const name = `aes-${key.length * 8}-ecb`;
    if (![16, 24, 32].includes(key.length)) throw new RangeError('expected a key of 16, 24 or 32 bytes');
    return {
      encrypt(plaintext) {
        const cipher = createCipheriv(name, key, null);
        return joined(cipher.update(plaintext), cipher.final());
      },
      decrypt(ciphertext) {
        const decipher = createDecipheriv(name, key, null);
        return joined(decipher.update(ciphertext), decipher.final());
      },
    };
  },

  /** RSAEP and RSADP (RFC 8017 §5.1): blocks as long as the modulus, and no padding. */
  'RSA-RAW'({ format, data }) {
    if (!chosen.rsaRaw || format !== 'jwk') return undefined;
    const { n = '', e, d } = data as webcrypto.JsonWebKey;
    const size = Buffer.from(n, 'base64url').length;
    /** OpenSSL takes a shorter block too. */
    const checked = (block: Uint8Array): Uint8Array => {
      if (block.length !== size) throw new RangeError(`expected ${size} bytes`);
      return block;
    };
    const padding = constants.RSA_NO_PADDING;
    const publicKey = { key: createPublicKey({ key: { kty: 'RSA', n, e }, format: 'jwk' }), padding };
    const encrypt = (block: Uint8Array) => bufferOf(publicEncrypt(publicKey, checked(block)));
    if (d === undefined) return { encrypt };
    const privateKey = { key: createPrivateKey({ key: data as webcrypto.JsonWebKey, format: 'jwk' }), padding };
    return { encrypt, decrypt: (block) => bufferOf(privateDecrypt(privateKey, checked(block))) };
  },

  /** A key that signs and does nothing else. */
  HMAC({ format, data, hash, usages }) {
    if (!chosen.hmac || format !== 'raw' || hash !== 'SHA-256' || usages.join() !== 'sign') return undefined;
    const key = viewOf(data).slice();
    if (key.length === 0) return undefined;
    return { sign: (content) => bufferOf(createHmac('sha256', key).update(content).digest()) };
  },
};

/** Of keys that stay Web Crypto's, with some operations done here. */
export const sharedAlgorithms: Record<string, Algorithm> = {
  'RSASSA-PKCS1-v1_5'({ format, data, hash }) {
    if (format !== 'jwk' || hash !== 'SHA-256') return undefined;
    const jwk = data as webcrypto.JsonWebKey;
    if (jwk.d !== undefined) {
      if (!chosen.sign) return undefined;
      const privateKey = createPrivateKey({ key: jwk, format: 'jwk' });
      return { sign: (content) => bufferOf(sign('sha256', content, privateKey)) };
    }
    if (!chosen.verify) return undefined;
    const publicKey = createPublicKey({ key: jwk, format: 'jwk' });
    return { verify: (signature, content) => verify('sha256', content, publicKey, signature) };
  },
};
