/** node-forge: everything in JavaScript, on strings of bytes. */
import forge from 'node-forge';
import { gateway, merchant } from '../messages.ts';
import { byHand } from './by-hand.ts';
import type { Contender } from './contender.ts';

export async function nodeForge(): Promise<Contender> {
  const privateKey = forge.pki.privateKeyFromPem(merchant.privateKey);
  const publicKey = forge.pki.publicKeyFromPem(gateway.publicKey);
  const { encode, decode } = forge.util.binary.raw;
  const bytes = (binary: string) => new Uint8Array(decode(binary));
  const digest = (content: Uint8Array) => forge.md.sha256.create().update(encode(content));
  return byHand({
    sign: (content) => bytes(privateKey.sign(digest(content))),
    verify: (signature, content) => publicKey.verify(digest(content).digest().bytes(), encode(signature)),
    wrapKey: (symmetricKey) => bytes(publicKey.encrypt(encode(symmetricKey), 'RSAES-PKCS1-V1_5')),
    unwrapKey: (encryptedKey) => bytes(privateKey.decrypt(encode(encryptedKey), 'RSAES-PKCS1-V1_5')),
    encrypt: (symmetricKey, plaintext) =>
      bytes(finish(forge.cipher.createCipher('AES-ECB', encode(symmetricKey)), encode(plaintext))),
    decrypt: (symmetricKey, ciphertext) =>
      bytes(finish(forge.cipher.createDecipher('AES-ECB', encode(symmetricKey)), encode(ciphertext))),
  });
}

function finish(cipher: forge.cipher.BlockCipher, input: string): string {
  cipher.start({ iv: '' });
  cipher.update(forge.util.createBuffer(input));
  if (!cipher.finish()) throw new Error('the body does not decrypt');
  return cipher.output.getBytes();
}
