import { RSA_AES } from '@alipayhk-pass/message-security';
import { describe, expect, test, vi } from 'vitest';
import { type ClientOptions, checkUpdate, createClient, type UpdatePassRequest, unknownFields } from '../src/index.ts';
import { clientOptions, replying, stranger, success, update, updatePassUrl } from './fixtures.ts';

/** The error that an update rejects with. */
async function errorOf(
  fetch: ClientOptions['fetch'],
  options: Partial<ClientOptions> = {},
  body: UpdatePassRequest = update,
) {
  return createClient({ ...clientOptions(fetch), ...options })
    .updatePass(body)
    .then(
      (result) => expect.fail(`expected an error, received ${JSON.stringify(result)}`),
      (error) => error,
    );
}

const withoutHeader = (name: string) => (response: Response) => {
  const headers = new Headers(response.headers);
  headers.delete(name);
  return new Response(response.body, { status: response.status, headers });
};

describe('options', () => {
  test.each(['open.alipay.hk', 'ftp://open.alipay.hk', 'https://open.alipay.hk/prefix', 'https://open.alipay.hk?a=b'])(
    'createClient throws TypeError for baseUrl %s',
    (baseUrl) => {
      expect(() => createClient({ ...clientOptions(replying()), baseUrl })).toThrow(/^baseUrl must be an origin/);
    },
  );

  test.each([
    ['a tolerance of 0', { tolerance: 0 }, /^tolerance must be /],
    ['no clientId', { clientId: undefined }, /^clientId is missing/],
    ['PEM for a key', { publicKey: 'PEM' }, /^publicKey must be /],
  ])('createClient throws TypeError for %s', (_, mistake, text) => {
    expect(() => createClient({ ...clientOptions(replying()), ...mistake } as ClientOptions)).toThrow(text);
  });

  test('updatePass signs with the private key of the options', async () => {
    const error = await errorOf(replying(), { privateKey: stranger.privateKey });
    // This gateway throws where a real one would reply; to the client that is a broken connection.
    expect(error).toMatchObject({ code: 'ResponseMissing', cause: { code: 'SignatureVerificationFailed' } });
  });
});

describe('an update that does not fit the contract', () => {
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
  test.each(cases)('updatePass rejects with RequestInvalid for %s and sends nothing', async (_, invalid, issues) => {
    const fetch = vi.fn(replying());
    const error = await errorOf(fetch, {}, invalid);
    expect(error).toMatchObject({ name: 'RequestInvalid', code: 'RequestInvalid', issues });
    expect(error.message).toContain(issues[0]?.message);
    expect(fetch).not.toHaveBeenCalled();
    expect(() => checkUpdate(invalid)).toThrow(error);
  });

  test('updatePass and checkUpdate throw RequestInvalid for what JSON cannot carry', async () => {
    const fetch = vi.fn(replying());
    const lossy = { ...update, dataInfo: { points: Number.NaN, price: { cent: 2 ** 60 } } };
    const error = {
      code: 'RequestInvalid',
      issues: [{ path: 'dataInfo.points' }, { path: 'dataInfo.price.cent' }],
    };
    expect(() => checkUpdate(lossy)).toThrow(expect.objectContaining({ code: 'RequestInvalid' }));
    expect(await errorOf(fetch, {}, lossy)).toMatchObject(error);
    expect(fetch).not.toHaveBeenCalled();
  });

  test('updatePass rejects with RequestInvalid for fields that JSON leaves out, and sends nothing', async () => {
    const fetch = vi.fn(replying());
    for (const [lossy, path] of [
      [Object.create(update), ''],
      [{ ...update, dataInfo: Object.create({ points: 7 }) }, 'dataInfo'],
    ]) {
      expect(await errorOf(fetch, {}, lossy)).toMatchObject({ code: 'RequestInvalid', issues: [{ path }] });
    }
    expect(fetch).not.toHaveBeenCalled();
  });

  test('RequestInvalid does not hold the values received', async () => {
    const error = await errorOf(replying(), {}, body({ userId: 4_111_111, status: 'secret-value' }));
    expect(`${error.message} ${JSON.stringify(error.issues)}`).not.toMatch(/4111111|secret-value/);
  });
});

describe('a reply other than S', () => {
  test.each(['F', 'U'] as const)('updatePass rejects with ResultNotSuccess for %s', async (resultStatus) => {
    const resultInfo = { resultCode: 'SOME_CODE', resultStatus, resultMessage: 'no' };
    expect(await errorOf(replying({ body: { resultInfo } }))).toMatchObject({
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
  ])('updatePass rejects with ResponseInvalid for a signed reply with %s', async (_, body, path) => {
    const error = await errorOf(replying({ body }));
    expect(error).toMatchObject({ code: 'ResponseInvalid', tracerId: 'trace-1' });
    expect(error.issues[0]?.path).toBe(path);
  });

  test('updatePass rejects with DecryptionFailed for an encrypted reply without JSON', async () => {
    expect(await errorOf(replying({ body: '<html>' }), { encryption: RSA_AES })).toMatchObject({
      code: 'DecryptionFailed',
      message: 'the body does not decrypt',
      tracerId: 'trace-1',
    });
  });

  test('updatePass rejects with SignatureVerificationFailed for a reply signed with another key', async () => {
    expect(await errorOf(replying({ signedBy: stranger.privateKey }))).toMatchObject({
      code: 'SignatureVerificationFailed',
    });
  });

  test.each([301, 429, 500, 503])('updatePass rejects with ResponseUnexpected for HTTP status %i', async (status) => {
    const error = await errorOf(async () => new Response('<h1>no</h1>', { status }));
    expect(error).toMatchObject({ code: 'ResponseUnexpected', reason: 'status', response: { status } });
  });

  test.each(['Signature', 'Response-Time'])(
    'updatePass rejects with HeaderInvalid for a reply without %s',
    async (header) => {
      expect(await errorOf(replying({ change: withoutHeader(header) }))).toMatchObject({
        code: 'HeaderInvalid',
        header,
      });
    },
  );

  test.each([-301, 301])(
    'updatePass rejects with TimeNotAccepted for a Response-Time %i s from now',
    async (seconds) => {
      expect(await errorOf(replying({ now: Date.now() + seconds * 1000 }))).toMatchObject({
        code: 'TimeNotAccepted',
        tolerance: 300,
        skew: expect.toSatisfy((skew: number) => Math.abs(skew + seconds) <= 2),
      });
    },
  );

  test('updatePass rejects with HeaderInvalid for a plain reply when requireEncryption is set', async () => {
    const error = await errorOf(replying({ encrypted: false }), { encryption: RSA_AES, requireEncryption: true });
    expect(error).toMatchObject({ code: 'HeaderInvalid', header: 'Encrypt' });
  });

  test('updatePass rejects with AlgorithmNotSupported for an encrypted reply without encryption set', async () => {
    expect(await errorOf(replying({ encrypted: true }))).toMatchObject({ code: 'AlgorithmNotSupported' });
  });
});

describe('no reply', () => {
  test('updatePass rejects with ResponseMissing after the timeout', async () => {
    const error = await errorOf(() => new Promise(() => undefined), { timeout: 50 });
    expect(error).toMatchObject({ code: 'ResponseMissing', message: expect.stringContaining('50 ms') });
  });

  test('updatePass rejects with ResponseMissing and its cause when the connection fails', async () => {
    const cause = new TypeError('connection reset');
    expect(await errorOf(() => Promise.reject(cause))).toMatchObject({ code: 'ResponseMissing', cause });
  });

  test("updatePass rejects with the signal's reason when the caller aborts", async () => {
    const abort = new AbortController();
    const updating = createClient(clientOptions(() => new Promise(() => undefined))).updatePass(update, {
      signal: abort.signal,
    });
    abort.abort(new Error('changed my mind'));
    await expect(updating).rejects.toThrow('changed my mind');
  });

  test.each([null, 0, ''])('updatePass rejects with %j when that is the reason of an abort', async (reason) => {
    const abort = new AbortController();
    const fetch = async () => {
      abort.abort(reason);
      return new Promise<Response>(() => undefined);
    };
    const updating = createClient(clientOptions(fetch)).updatePass(update, { signal: abort.signal });
    await expect(updating).rejects.toBe(reason);
  });
});

describe('a reply of S', () => {
  test.each([
    ['signed', undefined, false],
    ['encrypted', RSA_AES, true],
  ])('updatePass returns the result of a %s reply with its tracer id and time', async (_, encryption, encrypted) => {
    const client = createClient({ ...clientOptions(replying()), encryption });
    expect(await client.updatePass(update)).toEqual({
      resultInfo: success,
      tracerId: 'trace-1',
      responseTime: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+08:00$/),
      encrypted,
    });
  });

  test('updatePass accepts a plain reply to an encrypted request (A7)', async () => {
    const client = createClient({ ...clientOptions(replying({ encrypted: false })), encryption: RSA_AES });
    expect(await client.updatePass(update)).toMatchObject({ resultInfo: success, encrypted: false });
  });

  test('updatePass decides by resultStatus when the result code is unknown (A14)', async () => {
    const resultInfo = { ...success, resultCode: 'SUCCESS_WITH_A_TWIST' };
    const client = createClient(clientOptions(replying({ body: { resultInfo } })));
    expect(await client.updatePass(update)).toMatchObject({ resultInfo });
  });
});

test.each(['S', 'F', 'U'] as const)('updatePass reads a reply of %s with a resultMessage of null', async (status) => {
  const resultInfo = { resultCode: 'A_CODE', resultStatus: status, resultMessage: null };
  const sending = createClient(clientOptions(replying({ body: { resultInfo } }))).updatePass(update);
  if (status === 'S') expect((await sending).resultInfo).toEqual(resultInfo);
  else await expect(sending).rejects.toMatchObject({ code: 'ResultNotSuccess', resultInfo });
});

describe('what is sent', () => {
  /** Sends updates, and returns copies of the requests. */
  async function requestsOf(send: (options: ClientOptions) => Promise<unknown>): Promise<Request[]> {
    const sent: Request[] = [];
    await send(
      clientOptions((request) => {
        sent.push(request.clone());
        return replying()(request);
      }),
    );
    return sent;
  }

  test('updatePass sends to the origin in baseUrl, whatever blank follows it', async () => {
    const fetch = vi.fn(replying());
    await createClient({ ...clientOptions(fetch), baseUrl: 'http://127.0.0.1:8787 ' }).updatePass(update);
    expect(new URL(fetch.mock.calls[0]?.[0].url ?? '').host).toBe('127.0.0.1:8787');
  });

  test('updatePass sends to production unless baseUrl is given', async () => {
    const sent = await requestsOf(async (options) => {
      await createClient(options).updatePass(update);
      await createClient({ ...options, baseUrl: 'http://127.0.0.1:8787' }).updatePass(update);
    });
    expect(sent.map(({ url }) => url)).toEqual([
      updatePassUrl,
      'http://127.0.0.1:8787/api/open/alipay/v1/ipass/pass/manage/updatePass',
    ]);
  });

  test('updatePass sends the update with the headers of the protocol and no others', async () => {
    const [sent] = await requestsOf((options) => createClient(options).updatePass(update));
    const names = ['client-id', 'content-type', 'request-time', 'signature'];
    expect([...(sent as Request).headers.keys()].sort()).toEqual(names);
    expect(await sent?.json()).toEqual(update);
  });

  test('updatePass sends fields that the contract does not name (A25)', async () => {
    const extended = { ...update, extra: { level: '金' } };
    const [sent] = await requestsOf((options) => createClient(options).updatePass(extended));
    expect(await sent?.json()).toEqual(extended);
  });
});

test('checkUpdate returns an update that fits the contract, unchanged', () => {
  expect(checkUpdate(update)).toBe(update);
});

test('unknownFields returns the top-level fields that the contract does not name', () => {
  expect(unknownFields({ ...update, levl: 'GOLD', bizDate: '2024-05-22' })).toEqual(['levl', 'bizDate']);
  expect(unknownFields(update)).toEqual([]);
});
