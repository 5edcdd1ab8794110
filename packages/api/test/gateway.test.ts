import { constants, createDecipheriv, privateDecrypt } from 'node:crypto';
import {
  HeaderInvalid,
  memoryReplayStore,
  parseHeader,
  RSA_AES,
  replayGuard,
  type SealOptions,
  tracerIdOf,
} from '@alipayhk-pass/message-security';
import { keys, vectors } from '@alipayhk-pass/spec/vectors';
import { describe, expect, test, vi } from 'vitest';
import { createGateway, type GatewayOptions } from '../src/gateway.ts';
import {
  altered,
  clientId,
  foreignEncryptHeader,
  gateway,
  merchant,
  stranger,
  success,
  update,
  updatePassUrl,
  withHeader,
  withoutHeader,
} from './fixtures.ts';
import { gatewayWith, resultOf, sealUpdate } from './gateway-fixture.ts';

test.each([
  ['no privateKey', { privateKey: undefined }, /^privateKey is missing; expected a key from importPrivateKey/],
  ['a tolerance of 0', { tolerance: 0 }, /^tolerance must be a number of seconds/],
  ['a limit of 0', { maxBodyBytes: 0 }, /^maxBodyBytes must be a number of bytes/],
  ['no handler', { handler: undefined }, /^handler must be a function/],
  ['no publicKeyOf', { publicKeyOf: undefined }, /^publicKeyOf must be a function/],
  ['a zone by name', { zone: 'HKT' }, /^zone must be an offset/],
])('createGateway throws TypeError for %s', (_, mistake, text) => {
  const options = { publicKeyOf: () => undefined, privateKey: gateway.privateKey, handler: () => success, ...mistake };
  expect(() => createGateway(options as GatewayOptions)).toThrow(text);
});

describe('a request of a known merchant', () => {
  const against = { ...update, passId: '' };
  const sealedAt = (distance: number) => sealUpdate({}, { now: () => Date.now() + distance });
  const cases: [string, () => Promise<Request>, string, string][] = [
    ['another method', () => sealUpdate({ method: 'PUT' }), 'METHOD_NOT_SUPPORTED', 'Refused'],
    [
      'another media type',
      () => withHeader(sealUpdate(), 'Content-Type', 'application/xml'),
      'MEDIA_TYPE_NOT_ACCEPTABLE',
      'Refused',
    ],
    [
      'another charset',
      () => withHeader(sealUpdate(), 'Content-Type', 'application/json; charset=big5'),
      'MEDIA_TYPE_NOT_ACCEPTABLE',
      'Refused',
    ],
    [
      'a signature of another key',
      () => sealUpdate({}, { privateKey: stranger.privateKey }),
      'INVALID_SIGNATURE',
      'SignatureVerificationFailed',
    ],
    [
      'a body altered after signing',
      async () => altered(await sealUpdate(), () => undefined, '{}'),
      'INVALID_SIGNATURE',
      'SignatureVerificationFailed',
    ],
    ['no signature', () => withoutHeader(sealUpdate(), 'Signature'), 'INVALID_SIGNATURE', 'HeaderInvalid'],
    [
      'two Signature headers',
      async () => altered(await sealUpdate(), (headers) => headers.append('Signature', headers.get('Signature') ?? '')),
      'INVALID_SIGNATURE',
      'HeaderInvalid',
    ],
    ['a time an hour ago', () => sealedAt(-3_600_000), 'INVALID_SIGNATURE', 'TimeNotAccepted'],
    ['a time in the future', () => sealedAt(400_000), 'INVALID_SIGNATURE', 'TimeNotAccepted'],
    ['no JSON', () => sealUpdate({ body: 'passId=1' }), 'PARAM_ILLEGAL', 'RequestInvalid'],
    [
      'JSON that is not UTF-8',
      () => sealUpdate({ body: new Uint8Array([0x22, 0xff, 0x22]) }),
      'PARAM_ILLEGAL',
      'RequestInvalid',
    ],
    ['a body against the contract', () => sealUpdate({ json: against }), 'PARAM_ILLEGAL', 'RequestInvalid'],
    ['an empty body', () => sealUpdate({ body: '' }), 'PARAM_ILLEGAL', 'RequestInvalid'],
  ];
  test.each(cases)('with %s gets a signed F', async (_, request, resultCode, name) => {
    const { fetch, handler, refusals } = gatewayWith();
    const sealed = await request();
    const response = await fetch(sealed.clone());
    expect(response.status).toBe(200);
    expect(await resultOf(response, sealed)).toMatchObject({ resultCode, resultStatus: 'F', encrypted: false });
    expect(handler).not.toHaveBeenCalled();
    expect(refusals).toMatchObject([{ error: { name }, clientId, resultInfo: { resultCode } }]);
  });

  const encrypted: [string, () => Promise<Request>, string][] = [
    [
      'a symmetric key for another receiver',
      () => withHeader(sealUpdate({}, { encryption: RSA_AES }), 'Encrypt', foreignEncryptHeader),
      'DecryptionFailed',
    ],
    [
      'a plain body under an Encrypt header',
      () => withHeader(sealUpdate(), 'Encrypt', foreignEncryptHeader),
      'DecryptionFailed',
    ],
    [
      'an encrypted body against the contract',
      () => sealUpdate({ json: against }, { encryption: RSA_AES }),
      'RequestInvalid',
    ],
  ];
  test.each(encrypted)('with %s gets the same encrypted PARAM_ILLEGAL', async (_, request, name) => {
    const { fetch, refusals } = gatewayWith();
    const sealed = await request();
    expect(await resultOf(await fetch(sealed.clone()), sealed)).toEqual({
      resultCode: 'PARAM_ILLEGAL',
      resultStatus: 'F',
      resultMessage: 'Illegal parameters.',
      encrypted: true,
    });
    expect(refusals).toMatchObject([{ error: { name } }]);
  });

  test.each([undefined, RSA_AES])(
    'gets a PARAM_ILLEGAL of one length for every bad body; encryption %o',
    async (encryption) => {
      const deep = `${'{"a":'.repeat(5000)}1${'}'.repeat(5000)}`;
      const bodies = [JSON.stringify({ ...update, dataInfo: 'DEEP' }).replace('"DEEP"', deep), '{}', 'no JSON'];
      const lengths = new Set<number>();
      for (const body of bodies) {
        const sealed = await sealUpdate({ body }, { encryption });
        const response = await gatewayWith().fetch(sealed.clone());
        lengths.add((await response.clone().text()).length);
        expect(await resultOf(response, sealed)).toMatchObject({
          resultCode: 'PARAM_ILLEGAL',
          encrypted: encryption !== undefined,
        });
      }
      expect(lengths.size).toBe(1);
    },
  );

  test.each([
    ['plain', undefined, 'application/json; charset=UTF-8'],
    ['encrypted', RSA_AES, 'text/plain; charset=UTF-8'],
  ])('that is %s reaches the handler and gets a reply of the same form', async (_, encryption, contentType) => {
    const { fetch, handler, refusals } = gatewayWith();
    const sealed = await sealUpdate({}, { encryption });
    const response = await fetch(sealed.clone());
    expect(response.headers.get('Content-Type')).toBe(contentType);
    expect(await resultOf(response, sealed)).toEqual({ ...success, encrypted: encryption !== undefined });
    expect(handler).toHaveBeenCalledExactlyOnceWith(
      update,
      {
        clientId,
        requestTime: sealed.headers.get('Request-Time'),
        encrypted: encryption !== undefined,
        keyVersion: undefined,
        symmetricKeyLength: encryption && 32,
        tracerId: tracerIdOf(response),
      },
      undefined,
    );
    expect(refusals).toEqual([]);
  });

  test.each([
    ['request-encrypted-aes128', 16],
    ['request-encrypted-aes192', 24],
    ['request-encrypted-aes256', 32],
  ] as const)(
    'like vector %s gets a reply with a symmetric key of %i bytes, which OpenSSL decrypts',
    async (name, length) => {
      const { method, headers, body, time } = vectors[name];
      const { fetch } = gatewayWith({ now: () => Date.parse(time) });
      const response = await fetch(new Request(updatePassUrl, { method, headers, body }));
      const { value } = parseHeader('Encrypt', response.headers.get('Encrypt') ?? '');
      const key = privateDecrypt({ key: keys.merchant.privateKey, padding: constants.RSA_PKCS1_PADDING }, value);
      expect(key).toHaveLength(length);
      const decipher = createDecipheriv(`aes-${length * 8}-ecb`, key, null);
      const plain = decipher.update(await response.text(), 'base64', 'utf8') + decipher.final('utf8');
      expect(JSON.parse(plain)).toEqual({ resultInfo: success });
    },
  );

  test('that is sent twice reaches the handler once when a replay guard is set', async () => {
    const { fetch, handler } = gatewayWith({ replayGuard: replayGuard(memoryReplayStore()) });
    const sealed = await sealUpdate();
    expect(await resultOf(await fetch(sealed.clone()), sealed)).toMatchObject({ resultCode: 'SUCCESS' });
    expect(await resultOf(await fetch(sealed.clone()), sealed)).toMatchObject({ resultCode: 'INVALID_SIGNATURE' });
    expect(handler).toHaveBeenCalledOnce();
  });
});

test.each<[what: string, handler: GatewayOptions['handler']]>([
  ['throws', () => expect.fail('database is gone')],
  ['rejects', () => Promise.reject(new Error('database is gone'))],
  ['rejects with an error of this package', () => Promise.reject(new HeaderInvalid('Encrypt', 'database'))],
  ['returns no resultInfo', () => ({ ok: true }) as never],
])('a gateway replies U without the reason when its handler %s', async (_, handler) => {
  const { fetch, refusals } = gatewayWith({ handler });
  const sealed = await sealUpdate();
  const response = await fetch(sealed.clone());
  expect(await response.clone().text()).not.toContain('database');
  expect(await resultOf(response, sealed)).toMatchObject({ resultCode: 'UNKNOWN_EXCEPTION', resultStatus: 'U' });
  expect(refusals).toHaveLength(1);
});

describe('maxBodyBytes', () => {
  test('a gateway refuses a body over 1 MiB before it verifies, and does not read to its end', async () => {
    const verify = vi.fn(merchant.publicKey.verify);
    const { fetch, refusals } = gatewayWith({ publicKeyOf: () => ({ ...merchant.publicKey, verify }) });
    const sealed = await sealUpdate();
    let pulled = 0;
    const endless = new ReadableStream({
      pull(controller) {
        pulled += 1;
        controller.enqueue(new Uint8Array(64 * 1024));
      },
    });
    const init = { method: 'POST', headers: sealed.headers, body: endless, duplex: 'half' };
    const response = await fetch(new Request(updatePassUrl, init as RequestInit));
    expect(await resultOf(response, sealed)).toMatchObject({ resultCode: 'PARAM_ILLEGAL' });
    expect(refusals).toMatchObject([{ error: { code: 'BodyTooLarge', limit: 1024 * 1024 } }]);
    expect(verify).not.toHaveBeenCalled();
    expect(pulled).toBeLessThan(24);
  });

  test('a gateway accepts a body of the limit and refuses one byte more', async () => {
    const { length } = new TextEncoder().encode(JSON.stringify(update));
    const codeAt = async (maxBodyBytes: number) => {
      const sealed = await sealUpdate();
      return (await resultOf(await gatewayWith({ maxBodyBytes }).fetch(sealed.clone()), sealed)).resultCode;
    };
    expect(await codeAt(length)).toBe('SUCCESS');
    expect(await codeAt(length - 1)).toBe('PARAM_ILLEGAL');
  });
});

describe('a merchant that signs with another algorithm than RSA256', () => {
  const publicKey = { ...merchant.publicKey, algorithm: 'OTHER' };
  const options: Partial<SealOptions> = {
    encryption: RSA_AES,
    privateKey: { ...merchant.privateKey, algorithm: 'OTHER' },
  };

  test('gets a reply encrypted for the key that encryptionKeyOf returns', async () => {
    const { fetch, handler } = gatewayWith({
      publicKeyOf: () => publicKey,
      encryptionKeyOf: () => merchant.publicKey,
    });
    const sealed = await sealUpdate({}, options);
    const result = await resultOf(await fetch(sealed.clone()), sealed);
    expect(result).toMatchObject({ resultCode: 'SUCCESS', encrypted: true });
    expect(handler).toHaveBeenCalledOnce();
  });

  test('gets HTTP status 500 before the handler runs when there is no encryptionKeyOf', async () => {
    const { fetch, handler, refusals } = gatewayWith({ publicKeyOf: () => publicKey });
    expect((await fetch(await sealUpdate({}, options))).status).toBe(500);
    expect(handler).not.toHaveBeenCalled();
    expect(refusals[0]).toMatchObject({
      stage: 'sealing',
      error: { message: expect.stringMatching(/^publicKey cannot encrypt with RSA_AES/) },
    });
  });
});
