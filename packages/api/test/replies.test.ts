/**
 * The policy for unsigned and partly signed replies: the 13 cases that Ant's own SDKs adopted in 2026, and what else a
 * network can do to a signed message, in both directions. The last table alters requests and replies alike.
 */
import {
  importPublicKey,
  type KeyRing,
  openResponse,
  type PublicKey,
  RSA_AES,
  sealRequest,
} from '@alipayhk-pass/message-security';
import { keys } from '@alipayhk-pass/spec/vectors';
import { describe, expect, test } from 'vitest';
import { createGateway, type Refusal } from '../src/gateway.ts';
import { createClient } from '../src/index.ts';
import { clientId, clientOptions, gateway, merchant, replying, success, update } from './fixtures.ts';

const resultOf = (resultStatus: string) => ({ resultInfo: { ...success, resultStatus, resultCode: 'A_CODE' } });

/** Alters headers in place; a string it returns is the new body. */
type Change = (headers: Headers, body: string) => unknown;

const bodyAfter = (change: Change, headers: Headers, body: string): string => {
  const changed = change(headers, body);
  return typeof changed === 'string' ? changed : body;
};

const altered = (change: Change) => async (response: Response) => {
  const headers = new Headers(response.headers);
  const body = await response.text();
  return new Response(bodyAfter(change, headers, body), { headers });
};

/** How an update ends: `S`, or the error. */
async function outcome(
  fetch: (request: Request) => Promise<Response>,
  publicKey?: KeyRing<PublicKey>,
  encrypted = false,
) {
  const encryption = encrypted ? RSA_AES : undefined;
  const options = { ...clientOptions(fetch), encryption, ...(publicKey && { publicKey }) };
  return createClient(options)
    .updatePass(update)
    .then(
      ({ resultInfo }) => ({ code: resultInfo.resultStatus as string }),
      (error) => error,
    );
}

describe('cases 1 to 13', () => {
  const drop =
    (...names: string[]): Change =>
    (headers) =>
      names.map((name) => headers.delete(name));
  const blank =
    (...names: string[]): Change =>
    (headers) =>
      names.map((name) => headers.set(name, ''));
  const both = ['Signature', 'Response-Time'];
  const cases: [string, string, Change, object][] = [
    ['1: neither, S', 'S', drop(...both), { code: 'ResponseUnexpected', reason: 'unsigned' }],
    ['2: neither, F', 'F', drop(...both), { code: 'ResultNotSigned', unverified: { resultStatus: 'F' } }],
    ['3: neither, U', 'U', drop(...both), { code: 'ResultNotSigned', unverified: { resultStatus: 'U' } }],
    ['4: both empty, S', 'S', blank(...both), { code: 'ResponseUnexpected', reason: 'unsigned' }],
    ['5: both empty, F', 'F', blank(...both), { code: 'ResultNotSigned', unverified: { resultStatus: 'F' } }],
    ['6: both empty, U', 'U', blank(...both), { code: 'ResultNotSigned', unverified: { resultStatus: 'U' } }],
    ...['S', 'F', 'U'].flatMap((status): [string, string, Change, object][] => [
      [`7: no Signature, ${status}`, status, drop('Signature'), { code: 'HeaderInvalid', header: 'Signature' }],
      [
        `8: no Response-Time, ${status}`,
        status,
        drop('Response-Time'),
        { code: 'HeaderInvalid', header: 'Response-Time' },
      ],
    ]),
    ['9: valid, S', 'S', () => undefined, { code: 'S' }],
    ['10: valid, F', 'F', () => undefined, { code: 'ResultNotSuccess', resultInfo: { resultStatus: 'F' } }],
    ['10: valid, U', 'U', () => undefined, { code: 'ResultNotSuccess', resultInfo: { resultStatus: 'U' } }],
    ...['S', 'F', 'U'].flatMap((status): [string, string, Change, object][] => [
      [
        `11: Response-Time altered, ${status}`,
        status,
        (headers) =>
          headers.set(
            'Response-Time',
            (headers.get('Response-Time') ?? '').replace(/\d\+/, (at) => `${(Number(at[0]) + 1) % 10}+`),
          ),
        { code: 'SignatureVerificationFailed' },
      ],
      [
        `12: body altered by a byte, ${status}`,
        status,
        (_, body) => body.replace('Success', 'Succesz'),
        { code: 'SignatureVerificationFailed' },
      ],
    ]),
  ];
  test.each(cases)('%s', async (_, status, change, expected) => {
    expect(await outcome(replying({ body: resultOf(status), change: altered(change) }))).toMatchObject(expected);
  });

  test('13: valid under another key version: accepted only if that version is configured', async () => {
    const versioned = (keyVersion: string, pem: string) => importPublicKey(pem, { keyVersion });
    const first = await versioned('1', keys.gateway.publicKey);
    const second = await versioned('2', keys.stranger.publicKey);
    const third = await versioned('3', keys.gateway.publicKey);
    const inVersion = (version: string) =>
      replying({
        change: altered((headers) =>
          headers.set('Signature', (headers.get('Signature') ?? '').replace(', ', `, keyVersion=${version}, `)),
        ),
      });
    expect(await outcome(inVersion('1'), [first, second])).toMatchObject({ code: 'S' });
    expect(await outcome(inVersion('2'), [first, second])).toMatchObject({ code: 'SignatureVerificationFailed' });
    expect(await outcome(inVersion('1'), [second, third])).toMatchObject({
      code: 'HeaderInvalid',
      header: 'Signature',
    });
    expect(await outcome(replying(), [first, second]), 'no version named: the latest, then the others').toMatchObject({
      code: 'S',
    });
  });

  test('an unsigned F carries the body, unverified, and the tracer id', async () => {
    const error = await outcome(async () => Response.json(resultOf('F'), { headers: { 'Tracer-Id': 'trace-2' } }));
    expect(error).toMatchObject({
      code: 'ResultNotSigned',
      tracerId: 'trace-2',
      message: 'the response is not signed; it says F (A_CODE)',
    });
    expect(await error.response.json()).toEqual(resultOf('F'));
    expect(error).not.toHaveProperty('resultInfo');
  });

  test.each(['<html>', '', '[]', '{"resultInfo":{"resultStatus":"F"}}'])(
    'an unsigned %j is ResponseUnexpected',
    async (body) => {
      expect(await outcome(async () => new Response(body))).toMatchObject({
        code: 'ResponseUnexpected',
        reason: 'unsigned',
      });
    },
  );
});

describe('what the network can do to a signed message, in both directions', () => {
  const signature =
    (change: (text: string) => string): Change =>
    (headers) =>
      headers.set('Signature', change(headers.get('Signature') ?? ''));
  const raw = signature((text) => decodeURIComponent(text));
  const timed =
    (time: string): Change =>
    (headers) =>
      headers.set(headers.has('Request-Time') ? 'Request-Time' : 'Response-Time', time);
  const cases: [string, Change, string][] = [
    [
      'the Signature header twice',
      (headers) => headers.append('Signature', headers.get('Signature') ?? ''),
      'HeaderInvalid',
    ],
    ['a key of it twice', signature((text) => `${text}, algorithm=RSA256`), 'HeaderInvalid'],
    ['an unknown key in it', signature((text) => `nonce=1, ${text}`), 'S'],
    ['another algorithm', signature((text) => text.replace('RSA256', 'RSA1')), 'AlgorithmNotSupported'],
    ['algorithm=RSA', signature((text) => text.replace('RSA256', 'RSA')), 'AlgorithmNotSupported'],
    ['algorithm=none', signature((text) => text.replace('RSA256', 'none')), 'AlgorithmNotSupported'],
    ['raw base64 with a bare +', raw, 'S'],
    ['no padding', signature((text) => text.replace(/(%3D)+$/, '')), 'S'],
    ['blanks in the value', signature((text) => text.replace(/(.{80})$/, ' $1')), 'S'],
    ['lower-case percent hex', signature((text) => text.replace(/%../g, (hex) => hex.toLowerCase())), 'S'],
    ['a percent sign alone', signature((text) => `${text}%`), 'HeaderInvalid'],
    ['a time ten minutes ago', timed(new Date(Date.now() - 600_000).toISOString()), 'SignatureVerificationFailed'],
    ['a time without a zone', timed('2024-05-22T06:42:21'), 'TimeNotAccepted'],
    ["another's Client-Id", (headers) => headers.set('Client-Id', 'SOMEBODY'), 'HeaderInvalid'],
    ['the body re-serialised', (_, body) => JSON.stringify(JSON.parse(body), null, 1), 'SignatureVerificationFailed'],
    ['a byte order mark before the body', (_, body) => `\ufeff${body}`, 'SignatureVerificationFailed'],
    ['CRLF after the body', (_, body) => `${body}\r\n`, 'SignatureVerificationFailed'],
    ['an empty body', () => '', 'SignatureVerificationFailed'],
    ['an Encrypt header over a JSON body', (headers) => headers.set('Encrypt', encrypt), 'DecryptionFailed'],
    [
      'Encrypt with algorithm=RSA',
      (headers) => headers.set('Encrypt', encrypt.replace('_AES', '')),
      'AlgorithmNotSupported',
    ],
    ['an empty Encrypt header', (headers) => headers.set('Encrypt', ''), 'S'],
    ['the Encrypt header twice', (headers) => headers.set('Encrypt', `${encrypt}, ${encrypt}`), 'HeaderInvalid'],
  ];
  const encrypt = `algorithm=RSA_AES, symmetricKey=${encodeURIComponent(btoa('k'.repeat(256)))}`;

  /** Replies are altered on their way to a client that can decrypt but does not encrypt. */
  const replied = async (change: Change) => {
    const fetch = replying({ change: altered(change), encrypted: false });
    return (await outcome(fetch, undefined, true)).code;
  };

  /** Requests are altered on their way to a gateway. */
  const requested = async (
    change: Change,
    url = 'https://open.alipay.hk/api/open/alipay/v1/ipass/pass/manage/updatePass',
  ) => {
    const refusals: Refusal[] = [];
    const handle = createGateway({
      publicKeyOf: (id) => (id === clientId || id === 'SOMEBODY' ? merchant.publicKey : undefined),
      privateKey: gateway.privateKey,
      handler: () => success,
      onRefusal: (refusal) => refusals.push(refusal),
    });
    const request = new Request('https://open.alipay.hk/api/open/alipay/v1/ipass/pass/manage/updatePass', {
      method: 'POST',
      body: JSON.stringify(update),
    });
    const sealed = await sealRequest(request, { clientId, privateKey: merchant.privateKey });
    const headers = new Headers(sealed.headers);
    const body = await sealed.text();
    const response = await handle(
      new Request(url, { method: 'POST', headers, body: bodyAfter(change, headers, body) }),
    );
    const answered = await openResponse(response, { url }, { ...clientOptions(undefined), encryption: RSA_AES }).catch(
      () => undefined,
    );
    const { resultInfo } = (await answered?.response.json()) ?? { resultInfo: { resultStatus: 'unsealed' } };
    const [refusal] = refusals;
    expect(resultInfo.resultStatus === 'S').toBe(refusal === undefined);
    return refusal === undefined ? 'S' : (refusal.error as Error).name;
  };

  test.each(cases)('reply: %s', async (_, change, expected) => {
    expect(await replied(change)).toBe(expected);
  });

  test.each(cases)('request: %s', async (what, change, expected) => {
    // A gateway takes Client-Id as it comes and asks for that client's key, which the signature then contradicts.
    expect(await requested(change)).toBe(what.includes('Client-Id') ? 'SignatureVerificationFailed' : expected);
  });

  test('request: a query makes it another path', async () => {
    const url = 'https://open.alipay.hk/api/open/alipay/v1/ipass/pass/manage/updatePass?debug=1';
    expect(await requested(() => undefined, url)).toBe('Refused');
  });

  test.each([
    [
      'the Encrypt header taken off an encrypted reply',
      (headers: Headers) => headers.delete('Encrypt'),
      'ResponseInvalid',
    ],
    [
      'an encrypted body altered by a byte',
      (_: Headers, body: string) => `${body[0] === 'A' ? 'B' : 'A'}${body.slice(1)}`,
      'SignatureVerificationFailed',
    ],
  ])('reply: %s', async (_, change, expected) => {
    expect((await outcome(replying({ change: altered(change) }), undefined, true)).code).toBe(expected);
  });
});
