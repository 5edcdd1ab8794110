/**
 * Insides that the tests and benchmarks of this repository measure: bare decryption among them, which nobody else may
 * call. package.json leaves this entry out of what is published.
 */
export { decryptEcb, encryptEcb } from './crypto/aes-ecb.ts';
export { bitLength } from './crypto/big-integer.ts';
export { type RsaPrivateNumbers, type RsaPublicNumbers, toJwk } from './crypto/rsa-numbers.ts';
export { decryptPkcs1, rsaesPkcs1 } from './crypto/rsaes-pkcs1.ts';
export { privateNumbersOf } from './keys/key.ts';
export { readKeyText } from './keys/rsa-key.ts';
