// The Worker as a merchant meets it: sealed requests in, sealed answers out, passes in a real D1 behind it.
import { env } from 'cloudflare:workers';
import { formatTime, openResponse, sealRequest } from '@alipayhk-pass/message-security';
import { beforeEach, describe, expect, test, vi } from 'vitest';
import { freshPass, gateway, merchant, optionsOf, origin, stored, updateOf, updatePassUrl } from './parties.ts';

const warn = vi.spyOn(console, 'warn');
beforeEach(() => void warn.mockReset().mockReturnValue());

/** The one line that was logged. */
function logged(): Record<string, unknown> {
  expect(warn).toHaveBeenCalledOnce();
  return JSON.parse(String(warn.mock.calls[0]?.[0]));
}

describe.each([true, false])('an update, encrypted: %j', (encrypted) => {
  test('is applied and answered in kind', async () => {
    const pass = await freshPass({ templateCode: 'T1' });
    const client = await merchant('merchant-1', encrypted);
    const dataInfo = { billNo: null, lastChangePoints: '50', pointsProvider: 'ALIPAYHK', level: '金卡' };

    const result = await client.updatePass({ ...updateOf(pass), endDate: 1767196799000, dataInfo });

    expect(result).toEqual({
      resultInfo: { resultCode: 'SUCCESS', resultStatus: 'S', resultMessage: 'Success' },
      tracerId: expect.stringMatching(/^[0-9a-f]{32}$/),
      responseTime: expect.stringMatching(/\+08:00$/),
      encrypted,
    });
    expect(await stored(pass)).toMatchObject({ endDate: 1767196799000, dataInfo, status: 'ACTIVE', revision: 1 });
    expect(warn).not.toHaveBeenCalled();
  });

  test('closes', async () => {
    const pass = await freshPass();
    const client = await merchant('merchant-1', encrypted);
    await client.updatePass({ ...updateOf(pass), status: 'CLOSED' });
    expect((await stored(pass)).status).toBe('CLOSED');
    await expect(client.updatePass(updateOf(pass))).rejects.toMatchObject({
      resultInfo: { resultCode: 'PASS_UPDATE_FAIL', resultStatus: 'F' },
    });
  });

  test('to the pass of another client is refused as unknown', async () => {
    const pass = await freshPass();
    const client = await merchant('merchant-2', encrypted);
    await expect(client.updatePass(updateOf(pass))).rejects.toMatchObject({
      resultInfo: { resultCode: 'PASS_HAS_NOT_EXIST', resultStatus: 'F' },
    });
    expect((await stored(pass)).revision).toBe(0);
  });
});

test('many at once, from two clients and encrypted or not, are each applied', async () => {
  const ours = await freshPass();
  const theirs = await freshPass({ clientId: 'merchant-2' });
  const clients = [
    [await merchant('merchant-1', true), ours],
    [await merchant('merchant-1', false), ours],
    [await merchant('merchant-2', true), theirs],
    [await merchant('merchant-2', false), theirs],
  ] as const;
  const updates = clients.flatMap(([client, pass]) =>
    Array.from({ length: 5 }, (_, points) => client.updatePass({ ...updateOf(pass), dataInfo: { points } })),
  );
  await Promise.all(updates);
  expect([(await stored(ours)).revision, (await stored(theirs)).revision]).toEqual([10, 10]);
});

describe('refusals: signed for a caller that is known, with the reason in the log only', () => {
  const body = {
    ...updateOf({ passId: 'P1', clientId: 'merchant-1', merchantId: 'M1' }),
    dataInfo: { note: 'secret-note' },
  };

  /** What comes back for a body that was sealed, and then changed. */
  async function send(
    text: string,
    change: (sealed: Request) => Request = (sealed) => sealed,
  ): Promise<{ request: Request; response: Response }> {
    const plain = new Request(updatePassUrl, { method: 'POST', body: text });
    const sealed = await sealRequest(plain, { ...(await optionsOf('merchant-1')), encryption: undefined });
    const request = change(sealed);
    return { request, response: await gateway(request) };
  }

  test.each<[what: string, send: () => Promise<{ request: Request; response: Response }>, code: string, error: string]>(
    [
      [
        'another method',
        () => send('{}', (sealed) => new Request(sealed, { method: 'PUT' })),
        'METHOD_NOT_SUPPORTED',
        'Refused',
      ],
      [
        'another media type',
        () => send('{}', (sealed) => withHeader(sealed, 'Content-Type', 'text/xml')),
        'MEDIA_TYPE_NOT_ACCEPTABLE',
        'Refused',
      ],
      [
        'a body that was tampered with',
        () =>
          send(
            JSON.stringify(body),
            (sealed) => new Request(sealed, { body: JSON.stringify({ ...body, passId: 'P2' }) }),
          ),
        'INVALID_SIGNATURE',
        'SignatureVerificationFailed',
      ],
      [
        'no signature',
        () => send(JSON.stringify(body), (sealed) => withHeader(sealed, 'Signature', '')),
        'INVALID_SIGNATURE',
        'HeaderInvalid',
      ],
      [
        'a time that is not the signed one',
        () =>
          send(JSON.stringify(body), (sealed) => withHeader(sealed, 'Request-Time', formatTime(Date.now() - 9_000))),
        'INVALID_SIGNATURE',
        'SignatureVerificationFailed',
      ],
      [
        'a symmetric key that is none',
        () => send('AAAA', (sealed) => withHeader(sealed, 'Encrypt', 'algorithm=RSA_AES, symmetricKey=%')),
        'PARAM_ILLEGAL',
        'HeaderInvalid',
      ],
      ['no JSON', () => send('secret-note'), 'PARAM_ILLEGAL', 'RequestInvalid'],
      ['no user', () => send(JSON.stringify({ ...body, userId: undefined })), 'PARAM_ILLEGAL', 'RequestInvalid'],
      ['more than 1 MiB', () => send(`"${'secret-note '.repeat(90_000)}"`), 'PARAM_ILLEGAL', 'BodyTooLarge'],
    ],
  )('%s', async (_, answer, resultCode, name) => {
    const { request, response } = await answer();
    const line = logged();

    expect(response.status).toBe(200);
    const opened = await openResponse(response, request, await optionsOf('merchant-1'));
    expect(await opened.response.json()).toMatchObject({ resultInfo: { resultCode, resultStatus: 'F' } });

    expect(line).toEqual({
      tracerId: opened.tracerId,
      clientId: 'merchant-1',
      resultCode,
      name,
      message: expect.any(String),
    });
    expect(JSON.stringify(line)).not.toMatch(/secret-note|signature=/);
  });

  test('an unknown Client-Id, and none: not signed, for there is nobody to sign for', async () => {
    for (const clientId of ['stranger', 'constructor', '__proto__', '']) {
      warn.mockClear();
      const { response } = await send(JSON.stringify(body), (sealed) => withHeader(sealed, 'Client-Id', clientId));
      expect(response.headers.has('Signature')).toBe(false);
      expect(await response.json()).toMatchObject({ resultInfo: { resultCode: 'INVALID_CLIENT' } });
      expect(logged()).toMatchObject({ clientId, resultCode: 'INVALID_CLIENT' });
    }
  });

  test('a database that fails: U, so that the merchant sends the update again', async () => {
    const client = await merchant('merchant-1', true);
    const pass = await freshPass();
    await env.DB.exec('ALTER TABLE passes RENAME TO moved');
    try {
      await expect(client.updatePass(updateOf(pass))).rejects.toMatchObject({
        resultInfo: { resultCode: 'UNKNOWN_EXCEPTION', resultStatus: 'U' },
      });
      expect(logged()).toMatchObject({
        resultCode: 'UNKNOWN_EXCEPTION',
        message: expect.stringContaining('no such table'),
      });

      const error = vi.spyOn(console, 'error').mockReturnValue();
      const headers = { Authorization: `Bearer ${env.SANDBOX_TOKEN}` };
      const response = await gateway(new Request(`${origin}/sandbox/passes/P1`, { headers }));
      expect([response.status, await response.json()]).toMatchObject([500, { error: { code: 'InternalError' } }]);
      expect(error).toHaveBeenCalledOnce();
    } finally {
      await env.DB.exec('ALTER TABLE moved RENAME TO passes');
    }
    await client.updatePass(updateOf(pass));
    expect((await stored(pass)).revision).toBe(1);
  });
});

function withHeader(request: Request, name: string, value: string): Request {
  const headers = new Headers(request.headers);
  headers.set(name, value);
  return new Request(request, { headers });
}
