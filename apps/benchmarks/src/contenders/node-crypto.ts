/**
 * `node:crypto`, where the runtime has it. Decrypting RSAES-PKCS1-v1_5 is what Bun refuses, and what Deno and workerd do
 * with an error of its own for a wrong padding, which is an oracle.
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
  return byHand({
    sign: (content) => joined(sign('sha256', content, privateKey)),
    verify: (signature, content) => verify('sha256', content, publicKey, signature),
    wrapKey: (symmetricKey) => joined(publicEncrypt({ key: publicKey, padding }, symmetricKey)),
    unwrapKey: (encryptedKey) => joined(privateDecrypt({ key: privateKey, padding }, encryptedKey)),
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
