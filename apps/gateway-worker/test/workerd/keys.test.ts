// The secrets: what is said of a missing or malformed one, and to whom.
import { createExecutionContext, waitOnExecutionContext } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { Env } from '../../src/env.ts';
import worker from '../../src/worker.ts';
import { updatePassUrl } from './parties.ts';

beforeEach(() => void vi.spyOn(console, 'warn').mockReturnValue());
afterEach(() => void vi.restoreAllMocks());

/** The Worker's answer when it is configured like this. */
async function answerWith(secrets: Partial<Env>): Promise<Response> {
  const context = createExecutionContext();
  const request = new Request(updatePassUrl, { method: 'POST', headers: { 'Client-Id': 'merchant-1' }, body: '{}' });
  const response = await worker.fetch(request, { ...env, ...secrets }, context);
  await waitOnExecutionContext(context);
  return response;
}

const { privateKey: shortPrivateKey, publicKey: shortPublicKey } = await shortKeys();
const privateKey = env.GATEWAY_PRIVATE_KEY;
const publicKey = env.TEST_GATEWAY_PUBLIC_KEY;
const publicKeys = (key: unknown) => JSON.stringify({ 'merchant-1': key });

describe('refused with HTTP 500 that names the variable', () => {
  const badPrivate = 'GATEWAY_PRIVATE_KEY: expected an RSA private key of 2048 bits or more, as PEM or bare base64';
  const badPublic =
    'MERCHANT_PUBLIC_KEYS: expected a JSON object from Client-Id to RSA public key of 2048 bits or more, as PEM or bare base64';

  test.each<[what: string, secrets: Partial<Env>, error: string, reason?: string]>([
    ['no private key', { GATEWAY_PRIVATE_KEY: undefined }, `${badPrivate}, received none`],
    ['an empty private key', { GATEWAY_PRIVATE_KEY: '' }, `${badPrivate}, received none`],
    ['a private key that is none', { GATEWAY_PRIVATE_KEY: 'hunter2!' }, badPrivate, 'neither PEM nor whole base64'],
    ['a private key cut short', { GATEWAY_PRIVATE_KEY: privateKey.slice(0, 800) }, badPrivate, 'cut short'],
    ['the public key instead', { GATEWAY_PRIVATE_KEY: publicKey }, badPrivate, 'received a public key'],
    ['a private key of 1024 bits', { GATEWAY_PRIVATE_KEY: shortPrivateKey }, badPrivate, 'an RSA key of 1024 bits'],
    ['no public keys', { MERCHANT_PUBLIC_KEYS: undefined }, `${badPublic}, received none`],
    ['public keys that are no JSON', { MERCHANT_PUBLIC_KEYS: privateKey }, badPublic],
    ['public keys in a list', { MERCHANT_PUBLIC_KEYS: JSON.stringify([publicKey]) }, badPublic],
    ['not one public key', { MERCHANT_PUBLIC_KEYS: '{}' }, badPublic],
    ['a public key that is no text', { MERCHANT_PUBLIC_KEYS: publicKeys({ kty: 'RSA' }) }, badPublic],
    ['a Client-Id with a blank', { MERCHANT_PUBLIC_KEYS: JSON.stringify({ 'a b': publicKey }) }, badPublic],
    ['a private key for a public one', { MERCHANT_PUBLIC_KEYS: publicKeys(privateKey) }, badPublic, 'merchant-1: '],
    ['a public key of 1024 bits', { MERCHANT_PUBLIC_KEYS: publicKeys(shortPublicKey) }, badPublic, '1024 bits'],
  ])('%s', async (_, secrets, error, reason) => {
    const log = vi.spyOn(console, 'error').mockReturnValue();
    const response = await answerWith(secrets);
    expect(response.status).toBe(500);
    expect(await response.json()).toEqual({ error });
    expect(log).toHaveBeenCalledOnce();
    const line = String(log.mock.calls[0]?.[0]);
    expect(JSON.parse(line)).toMatchObject({ name: 'ConfigurationInvalid', message: error });
    if (reason) expect(JSON.parse(line).reason).toContain(reason);
    // Nothing of a key, neither its head nor its inside.
    expect(line).not.toMatch(/BEGIN|MII|hunter2/);
  });
});

test('escaped line ends are read, as `.dev.vars` and dashboards write them', async () => {
  const response = await answerWith({ GATEWAY_PRIVATE_KEY: privateKey.replaceAll('\n', '\\n') });
  expect(response.status).toBe(200);
});

test('keys are imported once, and again when a secret changed', async () => {
  const importKey = vi.spyOn(crypto.subtle, 'importKey');
  const imports = async (secrets: Partial<Env>): Promise<number> => {
    importKey.mockClear();
    await answerWith(secrets);
    return importKey.mock.calls.filter(([format]) => format === 'jwk').length;
  };
  expect(await imports({ MERCHANT_PUBLIC_KEYS: publicKeys(publicKey) })).toBe(2);
  expect(await imports({ MERCHANT_PUBLIC_KEYS: publicKeys(publicKey) })).toBe(0);
  expect(await imports({})).toBe(3);
  expect(await imports({})).toBe(0);
});

/** A pair that is too short. */
async function shortKeys(): Promise<{ privateKey: string; publicKey: string }> {
  const algorithm = { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256', modulusLength: 1024 };
  const publicExponent = Uint8Array.of(1, 0, 1);
  const pair = await crypto.subtle.generateKey({ ...algorithm, publicExponent }, true, ['sign', 'verify']);
  const text = async (format: 'pkcs8' | 'spki', key: CryptoKey): Promise<string> =>
    btoa(String.fromCharCode(...new Uint8Array((await crypto.subtle.exportKey(format, key)) as ArrayBuffer)));
  const { privateKey, publicKey } = pair as CryptoKeyPair;
  return { privateKey: await text('pkcs8', privateKey), publicKey: await text('spki', publicKey) };
}
