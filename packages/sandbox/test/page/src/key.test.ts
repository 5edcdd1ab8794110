import { generateKeyPairSync } from 'node:crypto';
import { fingerprint } from '@alipayhk-pass/message-security';
import { describe, expect, test } from 'vitest';
import { importKeys } from '../../../page/src/key.ts';

const pair = () => generateKeyPairSync('rsa', { modulusLength: 2048 });
const [merchant, gateway] = [pair(), pair()];
const texts = {
  clientId: 'merchant-1',
  privateKey: merchant.privateKey.export({ type: 'pkcs1', format: 'pem' }).toString(),
  publicKey: gateway.publicKey.export({ type: 'spki', format: 'pem' }).toString(),
};

describe('keys', () => {
  test('a key that only signs leads to no number of the key', async () => {
    const { signer, decryptionKey, fingerprint: shown, problems } = await importKeys(texts, false);
    expect(await fingerprint(signer)).toBeUndefined();
    expect(decryptionKey).toBeUndefined();
    expect(Object.keys(signer)).toEqual(['algorithm', 'sign']);
    expect(await signer.sign(new Uint8Array())).toHaveLength(256);
    expect(shown).toMatch(/^[\da-f]{64}$/);
    expect(problems).toEqual([]);
  });

  test('a key that decrypts keeps the numbers beside the key that signs', async () => {
    const { signer, decryptionKey, fingerprint: shown } = await importKeys(texts, true);
    expect(await fingerprint(signer)).toBeUndefined();
    expect(decryptionKey && (await fingerprint(decryptionKey))).toBe(shown);
  });

  test('importKeys says in words what is wrong with the keys', async () => {
    const own = merchant.publicKey.export({ type: 'spki', format: 'pem' }).toString();
    const { problems } = await importKeys({ ...texts, publicKey: own }, false);
    expect(problems).toEqual([expect.stringContaining("gatewayPublicKey is the merchant's own")]);
    await expect(importKeys({ ...texts, clientId: 'a b' }, false)).rejects.toThrow('clientId: expected letters');
    await expect(importKeys({ ...texts, privateKey: '{"kty":' }, false)).rejects.toThrow('expected an RSA');
    await expect(importKeys({ ...texts, privateKey: '{"kty":"EC"}' }, false)).rejects.toThrow('privateKey is ');
  });
});
