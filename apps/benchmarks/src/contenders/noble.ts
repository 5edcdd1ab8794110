/**
 * @noble/ciphers for AES-ECB, micro-rsa-dsa-dh for RSAES-PKCS1-v1_5, Web Crypto for signatures. The private operation is
 * one BigInt exponentiation: no CRT, no blinding, no implicit rejection.
 */
import { ecb } from '@noble/ciphers/aes.js';
import { PKCS1_KEM } from 'micro-rsa-dsa-dh/rsa.js';
import { gateway, merchant } from '../messages.ts';
import { byHand } from './by-hand.ts';
import type { Contender } from './contender.ts';
import { importNative, numbersOf } from './native-key.ts';

export async function noble(): Promise<Contender> {
  const privateKey = await importNative('pkcs8', merchant.privateKey);
  const publicKey = await importNative('spki', gateway.publicKey);
  const { n, d } = await numbersOf(privateKey);
  const to = await numbersOf(publicKey);
  return byHand({
    sign: async (content) => new Uint8Array(await crypto.subtle.sign('RSASSA-PKCS1-v1_5', privateKey, content)),
    verify: (signature, content) => crypto.subtle.verify('RSASSA-PKCS1-v1_5', publicKey, signature, content),
    wrapKey: (symmetricKey) => new Uint8Array(PKCS1_KEM.encrypt(to, symmetricKey)),
    unwrapKey: (encryptedKey) => new Uint8Array(PKCS1_KEM.decrypt({ n, d }, encryptedKey)),
    encrypt: (symmetricKey, plaintext) => new Uint8Array(ecb(symmetricKey).encrypt(plaintext)),
    decrypt: (symmetricKey, ciphertext) => new Uint8Array(ecb(symmetricKey).decrypt(ciphertext)),
  });
}
