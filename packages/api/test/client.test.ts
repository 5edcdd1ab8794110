import { RSA_AES } from '@alipayhk-pass/message-security';
import { describe, expect, test, vi } from 'vitest';
import { type ClientOptions, checkUpdate, createClient, type UpdatePassRequest, unknownFields } from '../src/index.ts';
import { clientOptions, replying, stranger, success, update } from './fixtures.ts';

/** The error that an update ends in. */
async function refusal(fetch: ClientOptions['fetch'], options: Partial<ClientOptions> = {}): Promise<unknown> {
  return createClient({ ...clientOptions(fetch), ...options })
    .updatePass(update)
    .then(
      (result) => expect.fail(`expected a refusal, received ${JSON.stringify(result)}`),
      (error) => error,
    );
}

const withHeader = (name: string, value: string | null) => (response: Response) => {
  const headers = new Headers(response.headers);
  if (value === null) headers.delete(name);
  else headers.set(name, value);
  return new Response(response.body, { status: response.status, headers });
};

describe('what the caller got wrong', () => {
  const body = (change: object) => ({ ...update, ...change }) as UpdatePassRequest;
  const cases: [string, UpdatePassRequest, { path: string; message: string }[]][] = [
    [
      'a merchantId that is too long',
      body({ merchantId: 'm'.repeat(65) }),
      [{ path: 'merchantId', message: 'must have at most 64 characters' }],
    ],
    ['neither userId nor openId', body({ userId: undefined }), [{ path: '', message: 'has no userId or openId' }]],
    ['no passId', body({ passId: undefined }), [{ path: 'passId', message: 'is missing' }]],
    ['an unknown status', body({ status: 'GONE' }), [{ path: 'status', message: 'must be "CLOSED" or "UPDATE"' }]],
    [
      'a number for billNo',
      body({ dataInfo: { billNo: 7 } }),
      [{ path: 'dataInfo.billNo', message: 'must be a string' }],
    ],
    [
      'a body that nests too deep',
      body({ dataInfo: Array.from({ length: 70 }).reduce((inner) => ({ inner }), {}) }),
      [{ path: '', message: 'nests deeper than 64 levels' }],
    ],
    ['a list for dataInfo', body({ dataInfo: [] }), [{ path: 'dataInfo', message: 'must be an object, not a list' }]],
  ];
  test.each(cases)('%s is RequestInvalid with its path, and nothing is sent', async (_, invalid, issues) => {
    const fetch = vi.fn(replying());
    const error = await createClient(clientOptions(fetch))
      .updatePass(invalid)
      .catch((reason) => reason);
    expect(error).toMatchObject({ name: 'RequestInvalid', code: 'RequestInvalid', issues });
    expect(error.message).toContain(issues[0]?.message);
    expect(fetch).not.toHaveBeenCalled();
    expect(() => checkUpdate(invalid)).toThrow(error);
  });

  test('what fits passes checkUpdate as it is', () => {
    expect(checkUpdate(update)).toBe(update);
  });

  test('the value received is not in the error', async () => {
    const error = await createClient(clientOptions(replying()))
      .updatePass(body({ userId: 4_111_111, status: 'secret-value' }))
      .catch((reason) => reason);
    expect(`${error.message} ${JSON.stringify(error.issues)}`).not.toMatch(/4111111|secret-value/);
  });

  test.each(['open.alipay.hk', 'ftp://open.alipay.hk', 'https://open.alipay.hk/prefix', 'https://open.alipay.hk?a=b'])(
    'baseUrl %s is a TypeError that names it',
    (baseUrl) => {
      expect(() => createClient({ ...clientOptions(replying()), baseUrl })).toThrow(/^baseUrl must be an origin/);
    },
  );
});

test.each([
  ['a tolerance of 0', { tolerance: 0 }, /^tolerance must be /],
  ['no clientId', { clientId: undefined }, /^clientId is missing/],
  ['PEM for a key', { publicKey: 'PEM' }, /^publicKey must be /],
])('%s is a TypeError when the client is made', (_, mistake, text) => {
  expect(() => createClient({ ...clientOptions(replying()), ...mistake } as ClientOptions)).toThrow(text);
});

describe('answers that are not a success', () => {
  test.each(['F', 'U'] as const)('%s is ResultNotSuccess with its code and the tracer id', async (resultStatus) => {
    const resultInfo = { resultCode: 'SOME_CODE', resultStatus, resultMessage: 'no' };
    expect(await refusal(replying({ body: { resultInfo } }))).toMatchObject({
      code: 'ResultNotSuccess',
      resultInfo,
      tracerId: 'trace-1',
    });
  });

  test.each([
    ['no resultInfo', {}, 'resultInfo'],
    ['an unknown status', { resultInfo: { ...success, resultStatus: 'X' } }, 'resultInfo.resultStatus'],
    ['no JSON', '<html>', ''],
    ['a list', [], ''],
  ])('a signed body with %s is ResponseInvalid with its path', async (_, body, path) => {
    const error = await refusal(replying({ body }));
    expect(error).toMatchObject({ code: 'ResponseInvalid', tracerId: 'trace-1' });
    expect((error as { issues: { path: string }[] }).issues[0]?.path).toBe(path);
  });

  test('an encrypted body that holds no JSON looks like any other that does not decrypt', async () => {
    const error = await refusal(replying({ body: '<html>' }), { encryption: RSA_AES });
    expect(error).toMatchObject({
      ...{ code: 'DecryptionFailed', message: 'the body does not decrypt', tracerId: 'trace-1' },
    });
  });

  test('a signature by another key is SignatureVerificationFailed', async () => {
    expect(await refusal(replying({ signedBy: stranger.privateKey }))).toMatchObject({
      code: 'SignatureVerificationFailed',
    });
  });

  test.each([301, 429, 500, 503])('HTTP %i is ResponseUnexpected with its status', async (status) => {
    const error = await refusal(async () => new Response('<h1>no</h1>', { status }));
    expect(error).toMatchObject({ code: 'ResponseUnexpected', reason: 'status', response: { status } });
  });

  test.each(['Signature', 'Response-Time'])('a reply without %s alone is HeaderInvalid', async (name) => {
    expect(await refusal(replying({ change: withHeader(name, null) }))).toMatchObject({
      code: 'HeaderInvalid',
      header: name,
    });
  });

  test.each([-301, 301])('a reply that is %i s off is TimeNotAccepted and says by how much', async (seconds) => {
    expect(await refusal(replying({ now: Date.now() + seconds * 1000 }))).toMatchObject({
      code: 'TimeNotAccepted',
      tolerance: 300,
      skew: expect.toSatisfy((skew: number) => Math.abs(skew + seconds) <= 2),
    });
  });

  test('a plain reply to an encrypted request is refused when encryption is required', async () => {
    const error = await refusal(replying({ encrypted: false }), { encryption: RSA_AES, requireEncryption: true });
    expect(error).toMatchObject({ code: 'HeaderInvalid', header: 'Encrypt' });
  });

  test('an encrypted reply is refused when no encryption was configured', async () => {
    expect(await refusal(replying({ encrypted: true }))).toMatchObject({ code: 'AlgorithmNotSupported' });
  });

  test('a gateway that never answers is ResponseMissing after the timeout', async () => {
    const error = await refusal(() => new Promise(() => undefined), { timeout: 50 });
    expect(error).toMatchObject({ code: 'ResponseMissing', message: expect.stringContaining('50 ms') });
  });

  test('a connection that fails is ResponseMissing with its cause', async () => {
    const cause = new TypeError('connection reset');
    expect(await refusal(() => Promise.reject(cause))).toMatchObject({ code: 'ResponseMissing', cause });
  });

  test("the caller's abort rejects with the caller's reason", async () => {
    const abort = new AbortController();
    const updating = createClient(clientOptions(() => new Promise(() => undefined))).updatePass(update, {
      signal: abort.signal,
    });
    abort.abort(new Error('changed my mind'));
    await expect(updating).rejects.toThrow('changed my mind');
  });
});

describe('an update that took effect', () => {
  test.each([
    ['signed', undefined, false],
    ['signed and encrypted', RSA_AES, true],
  ])('%s: the result with tracer id, time and whether it was encrypted', async (_, encryption, encrypted) => {
    const client = createClient({ ...clientOptions(replying()), encryption });
    expect(await client.updatePass(update)).toEqual({
      resultInfo: success,
      tracerId: 'trace-1',
      responseTime: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+08:00$/),
      encrypted,
    });
  });

  test('goes to the production host unless told otherwise, signed, with no placeholder headers', async () => {
    const sent: Request[] = [];
    const fetch = (request: Request) => {
      sent.push(request.clone());
      return replying()(request);
    };
    await createClient(clientOptions(fetch)).updatePass(update);
    await createClient({ ...clientOptions(fetch), baseUrl: 'http://127.0.0.1:8787' }).updatePass(update);
    expect(sent.map((request) => request.url)).toEqual([
      'https://open.alipay.hk/api/open/alipay/v1/ipass/pass/manage/updatePass',
      'http://127.0.0.1:8787/api/open/alipay/v1/ipass/pass/manage/updatePass',
    ]);
    expect([...(sent[0] as Request).headers.keys()].sort()).toEqual([
      'client-id',
      'content-type',
      'request-time',
      'signature',
    ]);
    expect(await (sent[0] as Request).json()).toEqual(update);
  });

  test('may be answered in plain though the request was encrypted, if the signature verifies', async () => {
    const client = createClient({ ...clientOptions(replying({ encrypted: false })), encryption: RSA_AES });
    expect(await client.updatePass(update)).toMatchObject({ resultInfo: success, encrypted: false });
  });

  test('is understood when the reply says `result` for `resultInfo` (A13)', async () => {
    const client = createClient(clientOptions(replying({ body: { result: success } })));
    expect(await client.updatePass(update)).toMatchObject({ resultInfo: success });
  });

  test('sends fields that the contract does not name (A25)', async () => {
    let body: unknown;
    const fetch = async (request: Request) => {
      body = await request.clone().json();
      return replying()(request);
    };
    const extended = { ...update, extra: { level: '金' } };
    await createClient(clientOptions(fetch)).updatePass(extended);
    expect(body).toEqual(extended);
  });

  test('an unknown result code is decided by its status (A14)', async () => {
    const resultInfo = { ...success, resultCode: 'SUCCESS_WITH_A_TWIST' };
    const client = createClient(clientOptions(replying({ body: { resultInfo } })));
    expect(await client.updatePass(update)).toMatchObject({ resultInfo });
  });
});

test('the merchant key of the options is the one that signs', async () => {
  const error = await refusal(replying(), { privateKey: stranger.privateKey });
  // The gateway in this process refuses by throwing, which is a broken connection to the client, never its own verdict.
  expect(error).toMatchObject({ code: 'ResponseMissing', cause: { code: 'SignatureVerificationFailed' } });
});

test('unknownFields names the top-level fields that the contract does not know, which are sent all the same', async () => {
  const received: unknown[] = [];
  const fetch = async (request: Request) => {
    received.push(await request.clone().json());
    return replying()(request);
  };
  const unusual = { ...update, levl: 'GOLD', bizDate: '2024-05-22' };
  expect(unknownFields(unusual)).toEqual(['levl', 'bizDate']);
  await createClient(clientOptions(fetch)).updatePass(unusual);
  expect(received).toEqual([unusual]);
});

test('a reply with a byte-order mark, or with result for resultInfo, is read', async () => {
  for (const text of [`\ufeff${JSON.stringify({ resultInfo: success })}`, JSON.stringify({ result: success })]) {
    const { resultInfo } = await createClient(clientOptions(replying({ body: text }))).updatePass(update);
    expect(resultInfo).toEqual(success);
  }
});

test.each(['S', 'F', 'U'] as const)('a %s with a resultMessage of null is read as what it is', async (resultStatus) => {
  const resultInfo = { resultCode: 'A_CODE', resultStatus, resultMessage: null };
  const sending = createClient(clientOptions(replying({ body: { resultInfo } }))).updatePass(update);
  if (resultStatus === 'S') expect((await sending).resultInfo).toEqual(resultInfo);
  else await expect(sending).rejects.toMatchObject({ code: 'ResultNotSuccess', resultInfo });
});
