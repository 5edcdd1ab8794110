/** Messages that one end seals and the other opens: bodies, methods, key rings and remote keys. */
import { expect, test } from 'vitest';
import {
  importPrivateKey,
  importPublicKey,
  type OpenOptions,
  type PrivateKey,
  type PublicKey,
  parseHeader,
  type SealOptions,
} from '../../src/index.ts';
import {
  clientId,
  encryptedTo,
  encryption,
  gateway,
  httpUri,
  keys,
  merchant,
  noise,
  openedReply,
  openedRequest,
  plainTo,
  post,
  refusalOf,
  reply,
  sealedReply,
  sealedRequest,
  stranger,
  toHex,
  url,
  withHeaders,
} from './fixture.ts';

const ring = {
  merchantOne: await importPrivateKey(keys.merchant.privateKey, { keyVersion: '1' }),
  merchantTwo: await importPrivateKey(keys.stranger.privateKey, { keyVersion: '2' }),
  merchantPublicOne: await importPublicKey(keys.merchant.publicKey, { keyVersion: '1' }),
  merchantPublicTwo: await importPublicKey(keys.stranger.publicKey, { keyVersion: '2' }),
};

test.each(['Signature', 'Encrypt'] as const)(
  'opening throws HeaderInvalid for a keyVersion in %s that is not configured',
  async (header) => {
    const refusal = await refusalOf(
      header === 'Signature'
        ? openedRequest(await sealedRequest({ privateKey: ring.merchantTwo }), { publicKey: ring.merchantPublicOne })
        : openedReply(await sealedReply({ encryption, publicKey: ring.merchantPublicTwo }, encryptedTo), {
            encryption,
            privateKey: ring.merchantOne,
          }),
    );
    expect(refusal).toMatchObject({
      code: 'HeaderInvalid',
      header,
      message: `${header} header names a keyVersion that is not configured`,
    });
  },
);

test.each([
  ['nothing', ''],
  ['JSON', '{"points":100}'],
  ['Chinese text', '{"level":"金卡會員 🏅"}'],
  ['blanks and CRLF', '{\r\n  "points": 100\r\n}\r\n'],
  ['a byte order mark', '\ufeff{}'],
  ['a NUL', '\0'],
  ['5,000 characters', '積'.repeat(5000)],
])('a body of %s is the same after sealing and opening', async (_, body) => {
  for (const [more, to] of [
    [{}, plainTo],
    [{ encryption }, encryptedTo],
  ] as const) {
    const opened = await openedRequest(await sealedRequest(more, post(body)), { encryption });
    expect(Buffer.from(await opened.request.arrayBuffer()).equals(Buffer.from(body))).toBe(true);
    expect(opened).toMatchObject({
      clientId,
      httpUri,
      encrypted: to.encrypted,
      requestTime: '2024-05-22T09:12:21+08:00',
    });
    expect(opened.publicKey).toBe(merchant.publicKey);
    const replied = await openedReply(await sealedReply(more, to, body), { encryption });
    expect(Buffer.from(await replied.response.arrayBuffer()).equals(Buffer.from(body))).toBe(true);
    expect(replied).toMatchObject({ encrypted: to.encrypted, responseTime: '2024-05-22T09:12:21+08:00' });
    expect(replied.publicKey).toBe(gateway.publicKey);
  }
});

test('a plain body of any bytes is the same after sealing and opening', async () => {
  for (const length of [0, 1, 1000, 100_000]) {
    const { request } = await openedRequest(await sealedRequest({}, post(noise(length))));
    expect(toHex(new Uint8Array(await request.arrayBuffer()))).toBe(toHex(noise(length)));
  }
});

test('an encrypted body of 1 MiB is the same after sealing and opening', async () => {
  const body = Buffer.from(noise(3 * 2 ** 18)).toString('base64');
  expect(body.length).toBe(2 ** 20);
  const opened = await openedRequest(await sealedRequest({ encryption }, post(body)), { encryption });
  expect((await opened.request.text()) === body).toBe(true);
}, 30_000);

test.each(['PUT', 'PATCH', 'DELETE', 'GET', 'HEAD'])('a plain %s request is sealed and opened', async (method) => {
  const body = method === 'GET' || method === 'HEAD' ? {} : { body: '{}' };
  const sealed = await sealedRequest({}, new Request(`${url}?lang=zh-HK`, { method, ...body }));
  const { request, httpUri: target } = await openedRequest(sealed);
  expect([request.method, target]).toEqual([method, `${httpUri}?lang=zh-HK`]);
});

// ---------------------------------------------------------------------------------------------------------------- keys

test('a merchant’s key is replaced and no request is refused', async () => {
  const both = [ring.merchantPublicOne, ring.merchantPublicTwo] as const;
  const stages: [SealOptions['privateKey'], OpenOptions['publicKey'], PublicKey][] = [
    [ring.merchantOne, ring.merchantPublicOne, ring.merchantPublicOne],
    [ring.merchantOne, both, ring.merchantPublicOne], // first the gateway gets the new key
    [[ring.merchantOne, ring.merchantTwo], both, ring.merchantPublicTwo], // then the merchant signs with it
    [ring.merchantTwo, both, ring.merchantPublicTwo],
    [ring.merchantTwo, ring.merchantPublicTwo, ring.merchantPublicTwo],
  ];
  for (const [privateKey, publicKey, matched] of stages) {
    expect((await openedRequest(await sealedRequest({ privateKey }), { publicKey })).publicKey).toBe(matched);
  }
});

test('the keyVersion in Encrypt selects the key that decrypts', async () => {
  const privateKey = [ring.merchantOne, ring.merchantTwo] as const;
  for (const publicKey of [ring.merchantPublicOne, ring.merchantPublicTwo]) {
    const { response } = await openedReply(await sealedReply({ encryption, publicKey }, encryptedTo), {
      encryption,
      privateKey,
    });
    expect(await response.text()).toBe(reply);
  }
  const latest = await sealedReply({ encryption, publicKey: stranger.publicKey }, encryptedTo); // names no version
  expect(await (await openedReply(latest, { encryption, privateKey })).response.text()).toBe(reply);
  const swapped = await sealedReply({ encryption, publicKey: ring.merchantPublicTwo }, encryptedTo);
  const header = (swapped.headers.get('Encrypt') as string).replace('keyVersion=2', 'keyVersion=1');
  expect(
    await refusalOf(openedReply(withHeaders(swapped, { Encrypt: header }), { encryption, privateKey })),
  ).toMatchObject({ code: 'DecryptionFailed' });
});

test('sealResponse encrypts to the latest key of a ring', async () => {
  const publicKey = [ring.merchantPublicOne, ring.merchantPublicTwo] as const;
  const sealed = await sealedReply({ encryption, publicKey }, encryptedTo);
  expect(parseHeader('Encrypt', sealed.headers.get('Encrypt') as string).keyVersion).toBe('2');
  expect((await openedReply(sealed, { encryption, privateKey: ring.merchantTwo })).encrypted).toBe(true);
});

test('encryptionKey and decryptionKey encrypt and decrypt in place of publicKey and privateKey', async () => {
  const sealed = await sealedRequest({ encryption, publicKey: stranger.publicKey, encryptionKey: gateway.publicKey });
  const { request } = await openedRequest(sealed.clone(), {
    encryption,
    privateKey: stranger.privateKey,
    decryptionKey: gateway.privateKey,
  });
  expect(await request.text()).toBe('{"points":100}');
  expect(await refusalOf(openedRequest(sealed, { encryption, privateKey: stranger.privateKey }))).toMatchObject({
    code: 'DecryptionFailed',
  });
});

test('remote keys sign and verify', async () => {
  const uses: string[] = [];
  const privateKey: PrivateKey = {
    algorithm: 'RSA256',
    keyVersion: 'kms-1',
    sign: (data) => {
      uses.push('sign');
      return merchant.privateKey.sign(data);
    },
  };
  const publicKey: PublicKey = {
    algorithm: 'RSA256',
    verify: (signature, data) => {
      uses.push('verify');
      return merchant.publicKey.verify(signature, data);
    },
  };
  const sealed = await sealedRequest({ privateKey });
  expect(sealed.headers.get('Signature')).toContain('keyVersion=kms-1');
  expect((await openedRequest(sealed, { publicKey })).publicKey).toBe(publicKey);
  expect(uses).toEqual(['sign', 'verify']);
});
