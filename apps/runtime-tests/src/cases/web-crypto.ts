/**
 * What no runtime's Web Crypto has. When one of these fails, `message-security/src/crypto` can shrink.
 * SHA-224 is not among them: Bun has it.
 */
import { errorOf } from '../assert.ts';
import type { Test } from '../test.ts';

const { subtle } = globalThis.crypto;

const absent: Record<string, () => Promise<unknown>> = {
  'AES-ECB': () => subtle.generateKey({ name: 'AES-ECB', length: 256 }, false, ['encrypt', 'decrypt']),
  'RSAES-PKCS1-v1_5': () => {
    const publicExponent = new Uint8Array([1, 0, 1]);
    const algorithm = { name: 'RSAES-PKCS1-v1_5', modulusLength: 2048, publicExponent, hash: 'SHA-256' };
    return subtle.generateKey(algorithm, false, ['encrypt', 'decrypt']);
  },
  'ECDSA over P-224': () => subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-224' }, false, ['sign', 'verify']),
};

export function webCryptoCases(test: Test): void {
  for (const [name, use] of Object.entries(absent)) {
    test(`Web Crypto: refuses ${name}`, async () => {
      await errorOf(use);
    });
  }
}
