/**
 * The baseline: `node:crypto` by hand. Nothing is checked that it does not check by itself. Bun refuses to decrypt
 * RSAES-PKCS1-v1_5: there the padding of the bare operation is cut off, wherever its first zero is. Deno and workerd have
 * an error of their own for a wrong padding. All three are oracles.
 */
import {
  constants,
  createCipheriv,
  createDecipheriv,
  createPrivateKey,
  createPublicKey,
  privateDecrypt,
  publicEncrypt,
  sign,
  verify,
} from 'node:crypto';
import { gateway, merchant } from '../messages.ts';
import { byHand } from './by-hand.ts';
import type { Contender } from './contender.ts';

export async function nodeCrypto(): Promise<Contender> {
  const padding = constants.RSA_PKCS1_PADDING;
  const privateKey = createPrivateKey(merchant.privateKey);
  const publicKey = createPublicKey(gateway.publicKey);
  const joined = (...chunks: Uint8Array[]) => new Uint8Array(Buffer.concat(chunks));
  const unwrap = (encryptedKey: Uint8Array) => privateDecrypt({ key: privateKey, padding }, encryptedKey);
  const unwrapBare = (encryptedKey: Uint8Array) => {
    const encoded = privateDecrypt({ key: privateKey, padding: constants.RSA_NO_PADDING }, encryptedKey);
    return encoded.subarray(encoded.indexOf(0, 2) + 1);
  };
  const refuses = typeof Bun === 'object';
  return byHand({
    sign: (content) => joined(sign('sha256', content, privateKey)),
    verify: (signature, content) => verify('sha256', content, publicKey, signature),
    wrapKey: (symmetricKey) => joined(publicEncrypt({ key: publicKey, padding }, symmetricKey)),
    unwrapKey: (encryptedKey) => joined(refuses ? unwrapBare(encryptedKey) : unwrap(encryptedKey)),
    encrypt(symmetricKey, plaintext) {
      const cipher = createCipheriv(`aes-${symmetricKey.length * 8}-ecb`, symmetricKey, null);
      return joined(cipher.update(plaintext), cipher.final());
    },
    decrypt(symmetricKey, ciphertext) {
      const decipher = createDecipheriv(`aes-${symmetricKey.length * 8}-ecb`, symmetricKey, null);
      return joined(decipher.update(ciphertext), decipher.final());
    },
  });
}

/** In Bun only. */
declare const Bun: object | undefined;
