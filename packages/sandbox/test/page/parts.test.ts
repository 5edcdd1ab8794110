// Parts of the page that need no browser: what it keeps of a key, what it reads off a message, links, verdicts.
import { generateKeyPairSync } from 'node:crypto';
import { ResultNotSuccess } from '@alipayhk-pass/api';
import {
  DecryptionFailed,
  fingerprint,
  HeaderInvalid,
  ResponseMissing,
  ResponseUnexpected,
  TimeNotAccepted,
} from '@alipayhk-pass/message-security';
import { describe, expect, test, vi } from 'vitest';
import { contractFor } from '../../page/src/contract.ts';
import { asTypeScript } from '../../page/src/copy.ts';
import { importKeys } from '../../page/src/key.ts';
import { formatLink, readLink } from '../../page/src/link.ts';
import { outcomeOf, verdictsOf } from '../../page/src/verdicts.ts';
import { headerParts, visible } from '../../page/src/wire.ts';
import { zh } from '../../page/src/words/zh.ts';
import { catalog, chaos } from '../../src/faults/catalog.ts';

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

test('visible shows control characters by name', () => {
  const pieces = visible('a\n\u0000\t\u007f\ufeffb\u0085');
  expect(
    pieces
      .map(({ text }) => text)
      .join(' ')
      .trim()
      .split(/ +/),
  ).toEqual('a LF NUL TAB DEL BOM b U+85'.split(' '));
  expect(pieces.filter(({ breaks }) => breaks)).toHaveLength(1);
});

test('headerParts splits headers and notes their length or time', () => {
  const value = `algorithm=RSA256, keyVersion=1, signature=${'A'.repeat(342)}%3D%3D`;
  expect(headerParts('signature', value, 0)).toEqual([
    { name: 'algorithm', value: 'RSA256' },
    { name: 'keyVersion', value: '1' },
    { name: 'signature', value: `${'A'.repeat(342)}%3D%3D`, note: { bytes: 256 } },
  ]);
  expect(headerParts('Encrypt', 'algorithm=RSA_AES', 0)[0]?.note).toEqual({
    problem: 'Encrypt header has no symmetricKey',
  });
  const time = Date.parse('2026-11-22T00:00:00Z');
  expect(headerParts('response-time', '2026-11-22T08:10:00+08:00', time)[0]?.note).toEqual({ seconds: 600 });
});

test('readLink returns what formatLink was given, and nothing that is malformed', () => {
  const form = {
    body: '{"a":"&=#%+ 金"}',
    encryption: true,
    keyVersion: 'v1',
    tamper: true,
    timeout: 500,
    fault: 'hang',
  };
  expect(readLink(formatLink(form))).toEqual(form);
  expect(readLink(formatLink({ encryption: false, tamper: false, timeout: 10_000 }))).toEqual({ timeout: 10_000 });
  expect(readLink('#keyVersion=a%20b&timeout=-1&body=')).toEqual({});
  expect(readLink('#timeout=Infinity&lang=zh')).toEqual({ language: 'zh' });
});

test('contractFor leaves out what sealing fills, names the pass in the examples, and changes no document', () => {
  const value = { passId: 'P', merchantId: 'M', openId: 'O', templateCode: 'T', status: 'UPDATE' };
  const content = { 'application/json': { examples: { update: { value } } } };
  const parameters = ['Client-Id', 'Signature', 'Encrypt', 'Request-Time', 'X-Other'].map((name) => ({
    name,
    in: 'header',
  }));
  const contract = { paths: { '/update': { post: { parameters, requestBody: { content } } } } };
  const before = structuredClone(contract);
  const { spec, pathMethod } = contractFor(
    contract,
    { passId: 'P2', userId: 'U2', templateCode: null },
    { value: 'x' },
  );
  expect(contract).toEqual(before);
  expect(pathMethod).toEqual(['/update', 'post']);
  const { post } = spec.paths['/update'] ?? {};
  expect(post?.parameters).toEqual([{ name: 'X-Other', in: 'header' }]);
  const { examples } = post?.requestBody?.content?.['application/json'] ?? {};
  expect(Object.entries(examples ?? {})).toEqual([
    ['linked', { value: 'x' }],
    ['update', { value: { passId: 'P2', merchantId: 'M', userId: 'U2', status: 'UPDATE' } }],
  ]);
});

test.each([
  [new ResultNotSuccess({ resultCode: 'X', resultStatus: 'F' }, 'T'), 'refused', 'no', 'result'],
  [new ResultNotSuccess({ resultCode: 'X', resultStatus: 'U' }, 'T'), 'unknown', 'unknown', 'result'],
  [new ResponseUnexpected('status', new Response(null, { status: 502 })), 'httpError', 'unknown', 'status'],
  [new ResponseUnexpected('unsigned', new Response()), 'unsigned', 'unknown', 'headers'],
  [new ResponseMissing('within 1 ms', new DOMException('', 'TimeoutError')), 'timeout', 'unknown', 'connection'],
  [new ResponseMissing('the connection failed', new TypeError()), 'broken', 'unknown', 'connection'],
  [new TimeNotAccepted('Response-Time', 'today', 300), 'time', 'unknown', 'headers'],
  [new HeaderInvalid('Signature', 'expected one'), 'malformed', 'unknown', 'headers'],
  [new DecryptionFailed(), 'decryption', 'unknown', 'decryption'],
  [new TypeError('keyVersion must be letters'), 'mistake', 'no', undefined],
])('outcomeOf(%s) is %s, effect %s, failed at %s', (error, kind, effect, failedAt) => {
  const outcome = outcomeOf(error);
  expect(outcome).toMatchObject({ kind, effect });
  expect(outcome.failedAt).toBe(failedAt);
  const fell = verdictsOf(outcome, true).find(({ verdict }) => verdict === 'failed');
  expect(fell?.stage).toBe(failedAt);
});

test('asTypeScript returns undefined for a body that is not JSON', () => {
  vi.stubGlobal('location', { origin: 'http://127.0.0.1:8787' });
  const options = { encryption: false, keyVersion: '', tamper: false, timeout: 1000 };
  const copied = (plaintext: string) => asTypeScript({ plaintext, clientId: 'merchant-1', options });
  expect(copied('{"passId":"P1"}')).toContain('updatePass({\n  "passId": "P1"\n})');
  for (const text of ['{}); process.exit(1); ({}', '{passId: await fetch("//x")}', 'fetch', '']) {
    expect(copied(text)).toBeUndefined();
  }
  vi.unstubAllGlobals();
});

test('the words in Chinese describe every fault of the catalog', () => {
  for (const { name } of [...catalog, chaos]) expect(zh.faults[name], name).toMatch(/\p{Script=Han}.*。$/u);
  expect(Object.keys(zh.faults)).toHaveLength(catalog.length + 1);
});
