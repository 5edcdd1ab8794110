import { describe, expect, it, test } from 'vitest';
import { createClient, importPrivateKey, importPublicKey, optionsOfProfile } from '../src/index.ts';

const profile = {
  version: 1,
  baseUrl: 'https://open.example',
  probedAt: '2026-11-26T00:00:00.000Z',
  settings: {},
  assumptions: {},
};

describe('optionsOfProfile throws TypeError', () => {
  test.each([
    ['for nothing', undefined, 'profile.version must be 1'],
    ['for another version', { ...profile, version: 2 }, 'profile.version must be 1'],
    ['without baseUrl', { ...profile, baseUrl: undefined }, 'profile.baseUrl must be an origin'],
    ['without settings', { ...profile, settings: null }, 'profile.settings must be an object'],
    ['for an encryption that is text', settings({ encryption: 'RSA_AES' }), 'must be an object or null'],
    ['for an unknown cipher', settings({ encryption: { content: 'AES-CTR' } }), 'profile.settings.encryption: content'],
    ['for a content type that is a number', settings({ encryptedContentType: 1 }), 'must be a string'],
    ['for requireEncryption as text', settings({ requireEncryption: 'yes' }), 'must be true or false'],
  ])('%s', (_, value, text) => {
    expect(() => optionsOfProfile(value)).toThrow(TypeError);
    expect(() => optionsOfProfile(value)).toThrow(text);
  });
});

describe('optionsOfProfile', () => {
  it('leaves out what the profile is silent about', () => {
    expect(optionsOfProfile(profile)).toEqual({ baseUrl: 'https://open.example' });
  });

  it('returns no encryption and no requirement of it where the gateway accepts none', () => {
    const options = optionsOfProfile(settings({ encryption: null, requireEncryption: true }));
    expect(options).toEqual({ baseUrl: 'https://open.example' });
  });

  it('returns options that createClient accepts', async () => {
    const pair = await crypto.subtle.generateKey(
      { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256', modulusLength: 2048, publicExponent: new Uint8Array([1, 0, 1]) },
      true,
      ['sign', 'verify'],
    );
    const options = optionsOfProfile(
      settings({
        encryption: { content: 'AES-GCM', keyTransport: 'RSA-OAEP' },
        encryptedContentType: 'application/json',
        requireEncryption: true,
      }),
    );
    const privateKey = await importPrivateKey(pair.privateKey);
    const publicKey = await importPublicKey(pair.publicKey);
    expect(() => createClient({ clientId: 'A', privateKey, publicKey, ...options })).not.toThrow();
    expect(options).toMatchObject({ encryptedContentType: 'application/json', requireEncryption: true });
  });
});

function settings(of: object) {
  return { ...profile, settings: of };
}
