/** Messages signed with ECC224 keys: sealing, opening, key rings with both algorithms, vectors. */

import { verify } from 'node:crypto';
import { keys as rsaKeys } from '@alipayhk-pass/spec/vectors';
import { keys, vectors } from '@alipayhk-pass/spec/vectors/ecc224';
import { expect, test } from 'vitest';
import { type Ecc224Options, importEcc224PrivateKey, importEcc224PublicKey } from '../src/ecc224.ts';
import {
  importPrivateKey,
  importPublicKey,
  type OpenOptions,
  openRequest,
  openResponse,
  type SealOptions,
  sealedFetch,
  sealRequest,
  sealResponse,
} from '../src/index.ts';
import { clientId, now, refusalOf, url, withHeaders } from './fixture.ts';

const post = (body = '{"points":100}'): Request => new Request(url, { method: 'POST', body });

const pairOf = async (party: 'merchant' | 'gateway' | 'stranger', options?: Ecc224Options) => ({
  privateKey: await importEcc224PrivateKey(keys[party].privateKey, options),
  publicKey: await importEcc224PublicKey(keys[party].publicKey, options),
});
const merchant = await pairOf('merchant');
const gateway = await pairOf('gateway');
const stranger = await pairOf('stranger');
const rsa = {
  privateKey: await importPrivateKey(rsaKeys.merchant.privateKey),
  publicKey: await importPublicKey(rsaKeys.merchant.publicKey),
};
const sealing = (privateKey: SealOptions['privateKey'], keyVersion?: string): SealOptions => ({
  clientId,
  privateKey,
  keyVersion,
});
const opening = (publicKey: OpenOptions['publicKey']): OpenOptions => ({ clientId, publicKey });

const algorithmOf = (message: Request | Response): string | undefined =>
  /^algorithm=(\w+)/.exec(message.headers.get('Signature') ?? '')?.[1];
/** A copy that names another algorithm; an empty name removes the pair. */
const renamed = (message: Request, algorithm: string): Request =>
  withSignature(message, (text) => text.replace(/algorithm=\w+, /, algorithm && `algorithm=${algorithm}, `));
const withSignature = (message: Request, change: (text: string) => string): Request =>
  withHeaders(message.clone() as Request, { Signature: change(message.headers.get('Signature') as string) });

// -------------------------------------------------------------------------------------------------------- refusals

test('openRequest throws AlgorithmNotSupported when the header names another algorithm than the key', async () => {
  const byEcc = await sealRequest(post(), sealing(merchant.privateKey));
  const byRsa = await sealRequest(post(), sealing(rsa.privateKey));
  for (const [message, publicKey, algorithm] of [
    [byEcc.clone(), rsa.publicKey, 'ECC224'], // unchanged, but the receiver has the other key
    [byRsa.clone(), merchant.publicKey, 'RSA256'],
    [renamed(byEcc, 'RSA256'), merchant.publicKey, 'RSA256'],
    [renamed(byEcc, ''), merchant.publicKey, 'RSA256'], // without a name it is RSA256
    [renamed(byRsa, 'ECC224'), rsa.publicKey, 'ECC224'],
  ] as const) {
    const refusal = await refusalOf(openRequest(message, opening(publicKey)));
    expect(refusal).toMatchObject({ code: 'AlgorithmNotSupported', header: 'Signature', algorithm });
    expect(refusal.message).toContain(`expected ${publicKey.algorithm}`);
  }
});

test('a signature that names the other algorithm does not verify', async () => {
  const byEcc = await sealRequest(post(), sealing(merchant.privateKey));
  const byRsa = await sealRequest(post(), sealing(rsa.privateKey));
  const both = [rsa.publicKey, merchant.publicKey] as const;
  for (const message of [renamed(byEcc, 'RSA256'), renamed(byRsa, 'ECC224')]) {
    expect(await refusalOf(openRequest(message, opening(both)))).toMatchObject({ code: 'SignatureVerificationFailed' });
  }
});

test('AlgorithmNotSupported names the import for ECC224 keys when no key is ECC224', async () => {
  const message = await sealRequest(post(), sealing(merchant.privateKey));
  const refusal = await refusalOf(openRequest(message, opening(rsa.publicKey)));
  expect(refusal.message).toBe(
    'Signature header names algorithm "ECC224"; expected RSA256, or a key from @alipayhk-pass/message-security/ecc224',
  );
});

test('a signature does not verify with another key, body or path', async () => {
  const message = await sealRequest(post(), sealing(merchant.privateKey));
  const failed = { code: 'SignatureVerificationFailed' };
  expect(await refusalOf(openRequest(message.clone() as Request, opening(stranger.publicKey)))).toMatchObject(failed);
  const { headers } = message;
  const tampered = new Request(url, { method: 'POST', headers, body: '{"points":900}' });
  expect(await refusalOf(openRequest(tampered, opening(merchant.publicKey)))).toMatchObject(failed);
  const elsewhere = new Request(`${url}?x=1`, { method: 'POST', headers, body: '{"points":100}' });
  expect(await refusalOf(openRequest(elsewhere, opening(merchant.publicKey)))).toMatchObject(failed);
});

// --------------------------------------------------------------------------------------------------------- accepted

test.each<Ecc224Options>([
  {},
  { keyVersion: '3' },
  { digest: 'SHA-256' },
  { encoding: 'IEEE-P1363' },
  { digest: 'SHA-256', encoding: 'IEEE-P1363', keyVersion: 'v1.2' },
])('a request and its reply are sealed and opened with %j', async (options) => {
  const ours = await pairOf('merchant', options);
  const theirs = await pairOf('gateway', options);
  const sealed = await sealRequest(post(), sealing(ours.privateKey));
  expect(sealed.headers.get('Signature')).toMatch(
    options.keyVersion
      ? `algorithm=ECC224, keyVersion=${options.keyVersion}, signature=`
      : 'algorithm=ECC224, signature=',
  );
  const opened = await openRequest(sealed, opening(ours.publicKey));
  expect(await opened.request.text()).toBe('{"points":100}');
  expect(opened.publicKey).toBe(ours.publicKey);

  const reply = await sealResponse(new Response('{"ok":true}'), opened, sealing(theirs.privateKey));
  const received = await openResponse(reply, { url }, opening(theirs.publicKey));
  expect(await received.response.text()).toBe('{"ok":true}');
});

test('sealedFetch seals and opens with ECC224 keys', async () => {
  const send = sealedFetch({
    clientId,
    privateKey: merchant.privateKey,
    publicKey: gateway.publicKey,
    fetch: async (request) => {
      const opened = await openRequest(request, opening(merchant.publicKey));
      return sealResponse(new Response(await opened.request.text()), opened, sealing(gateway.privateKey));
    },
  });
  expect(await (await send(post('積分'))).text()).toBe('積分');
});

test('a ring with keys of both algorithms opens messages signed with either', async () => {
  const version1 = {
    privateKey: await importPrivateKey(rsaKeys.merchant.privateKey, { keyVersion: '1' }),
    publicKey: await importPublicKey(rsaKeys.merchant.publicKey, { keyVersion: '1' }),
  };
  const version2 = await pairOf('merchant', { keyVersion: '2' });
  const privateKeys = [version1.privateKey, version2.privateKey] as const;
  const publicKeys = [version1.publicKey, version2.publicKey] as const;

  const latest = await sealRequest(post(), sealing(privateKeys));
  const earlier = await sealRequest(post(), sealing(privateKeys, '1'));
  expect([algorithmOf(latest), algorithmOf(earlier)]).toEqual(['ECC224', 'RSA256']);
  for (const [message, key] of [
    [latest, version2.publicKey],
    [earlier, version1.publicKey],
  ] as const) {
    const unversioned = withSignature(message, (text) => text.replace(/keyVersion=\w+, /, ''));
    expect((await openRequest(message.clone() as Request, opening(publicKeys))).publicKey).toBe(key);
    expect((await openRequest(unversioned, opening(publicKeys))).publicKey).toBe(key);
  }

  // Version 1 is the RSA256 key: with ECC224 it is refused before any key is used.
  const mixed = withSignature(latest, (text) => text.replace('keyVersion=2', 'keyVersion=1'));
  const refusal = await refusalOf(openRequest(mixed, opening(publicKeys)));
  expect(refusal).toMatchObject({ code: 'AlgorithmNotSupported', algorithm: 'ECC224' });
});

test('openRequest returns the key of the ring that verified', async () => {
  const old = await pairOf('stranger', { keyVersion: '1' });
  const renewed = await pairOf('merchant', { keyVersion: '2' });
  for (const { privateKey, publicKey } of [old, renewed]) {
    const message = await sealRequest(post(), sealing(privateKey));
    expect((await openRequest(message, opening([old.publicKey, renewed.publicKey]))).publicKey).toBe(publicKey);
  }
});

// ---------------------------------------------------------------------------------- vectors that OpenSSL signed

test.each(Object.entries(vectors))('the vector %s has the outcome that it states', async (name, vector) => {
  const { direction, digest, encoding, headers, body, method, httpUri, expect: outcome } = vector;
  const sender = direction === 'request' ? 'merchant' : 'gateway';
  const publicKey = await importEcc224PublicKey(keys[sender].publicKey, { keyVersion: '1', digest, encoding });
  const options: OpenOptions = { clientId, now, publicKey };
  const target = new URL(httpUri, url).href;
  const open = async (): Promise<string> => {
    if (direction === 'response') {
      const { response } = await openResponse(new Response(body, { headers }), { url: target }, options);
      return response.text();
    }
    const { request } = await openRequest(new Request(target, { method, headers, body }), options);
    return request.text();
  };
  if (outcome === 'accepted') expect(await open()).toBe(body);
  else expect(await refusalOf(open)).toMatchObject({ code: outcome.code });

  // The vector is sound: its signature is its signer's, also when the header holds another value.
  const signedOver = name.includes('-other-digest-') ? name.slice(-6) : digest;
  const { contentToBeSigned, signature, signer } = vector;
  const signed = [Buffer.from(contentToBeSigned as string), Buffer.from(signature as string, 'base64')] as const;
  const key = keys[signer as 'merchant'].publicKey;
  expect(verify(signedOver.replace('-', ''), signed[0], key, signed[1])).toBe(true);
});
