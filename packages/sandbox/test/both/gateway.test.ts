// The sandbox as a merchant meets it: sealed requests in, sealed replies out, passes behind it.
import { formatTime, openResponse, sealRequest } from '@alipayhk-pass/message-security';
import { beforeEach, describe, expect, test } from 'vitest';
import type { SandboxEvent } from '../../src/index.ts';
import {
  ask,
  events,
  execute,
  freshPass,
  merchant,
  optionsOf,
  origin,
  sandbox,
  stored,
  updateOf,
  updatePassUrl,
} from '../parties.ts';

beforeEach(() => void events.splice(0));

/** The one event. */
function emitted(): SandboxEvent {
  expect(events).toHaveLength(1);
  return events[0] as SandboxEvent;
}

describe.each([true, false])('an update (encrypted: %j)', (encrypted) => {
  test('is applied, and the reply is encrypted only if the request was', async () => {
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
    expect(events).toEqual([]);
  });

  test('closes a pass', async () => {
    const pass = await freshPass();
    const client = await merchant('merchant-1', encrypted);
    await client.updatePass({ ...updateOf(pass), status: 'CLOSED' });
    expect((await stored(pass)).status).toBe('CLOSED');
    await expect(client.updatePass(updateOf(pass))).rejects.toMatchObject({
      resultInfo: { resultCode: 'PASS_UPDATE_FAIL', resultStatus: 'F' },
    });
  });

  test('for the pass of another client is refused with PASS_HAS_NOT_EXIST', async () => {
    const pass = await freshPass();
    const client = await merchant('merchant-2', encrypted);
    await expect(client.updatePass(updateOf(pass))).rejects.toMatchObject({
      resultInfo: { resultCode: 'PASS_HAS_NOT_EXIST', resultStatus: 'F' },
    });
    expect((await stored(pass)).revision).toBe(0);
  });
});

test('concurrent updates of two clients, encrypted or not, are all applied', async () => {
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

describe('a refusal is signed for a known Client-Id, with the reason in the log only', () => {
  const body = {
    ...updateOf({ passId: 'P1', clientId: 'merchant-1', merchantId: 'M1' }),
    dataInfo: { note: 'secret-note' },
  };

  /** The reply to a body that was sealed, and then changed. */
  async function send(
    text: string,
    change: (sealed: Request) => Request = (sealed) => sealed,
  ): Promise<{ request: Request; response: Response }> {
    const plain = new Request(updatePassUrl, { method: 'POST', body: text });
    const sealed = await sealRequest(plain, { ...(await optionsOf('merchant-1')), encryption: undefined });
    const request = change(sealed);
    return { request, response: await sandbox(request) };
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
        'a body that was changed after signing',
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
        'a time other than the signed one',
        () =>
          send(JSON.stringify(body), (sealed) => withHeader(sealed, 'Request-Time', formatTime(Date.now() - 9_000))),
        'INVALID_SIGNATURE',
        'SignatureVerificationFailed',
      ],
      [
        'a symmetric key that is not base64',
        () => send('AAAA', (sealed) => withHeader(sealed, 'Encrypt', 'algorithm=RSA_AES, symmetricKey=%')),
        'PARAM_ILLEGAL',
        'HeaderInvalid',
      ],
      ['a body that is not JSON', () => send('secret-note'), 'PARAM_ILLEGAL', 'RequestInvalid'],
      [
        'an update without a user',
        () => send(JSON.stringify({ ...body, userId: undefined })),
        'PARAM_ILLEGAL',
        'RequestInvalid',
      ],
      ['a body over 1 MiB', () => send(`"${'secret-note '.repeat(90_000)}"`), 'PARAM_ILLEGAL', 'BodyTooLarge'],
    ],
  )('%s', async (_, sending, resultCode, name) => {
    const { request, response } = await sending();
    const event = emitted();

    expect(response.status).toBe(200);
    const opened = await openResponse(response, request, await optionsOf('merchant-1'));
    expect(await opened.response.json()).toMatchObject({ resultInfo: { resultCode, resultStatus: 'F' } });

    expect(event).toEqual({
      ...{ event: 'request-refused', tracerId: opened.tracerId, clientId: 'merchant-1', resultCode, name },
      ...{ stage: expect.any(String), message: expect.any(String) },
    });
    expect(JSON.stringify(event)).not.toMatch(/secret-note|signature=/);
  });

  test.each(['/other', '/post', '/api/open/alipay/v1/ipass/pass/manage/updatePass?chosen'])(
    'for another path, %s, is not signed',
    async (path) => {
      const { response } = await send('{}', (sealed) => new Request(origin + path, sealed));
      expect(response.headers.has('Signature')).toBe(false);
      expect(await response.json()).toMatchObject({ resultInfo: { resultCode: 'INVALID_API' } });
      expect(emitted()).toMatchObject({ stage: 'target', resultCode: 'INVALID_API' });
    },
  );

  test('for an unknown Client-Id, or none, is not signed', async () => {
    for (const clientId of ['stranger', 'constructor', '__proto__', '']) {
      events.splice(0);
      const { response } = await send(JSON.stringify(body), (sealed) => withHeader(sealed, 'Client-Id', clientId));
      expect(response.headers.has('Signature')).toBe(false);
      expect(await response.json()).toMatchObject({ resultInfo: { resultCode: 'INVALID_CLIENT' } });
      expect(emitted()).toMatchObject({ clientId, resultCode: 'INVALID_CLIENT' });
    }
  });

  test('a store that fails gives U, and HTTP 500 on the admin API', async () => {
    const client = await merchant('merchant-1', true);
    const pass = await freshPass();
    await execute('ALTER TABLE passes RENAME TO moved');
    try {
      await expect(client.updatePass(updateOf(pass))).rejects.toMatchObject({
        resultInfo: { resultCode: 'UNKNOWN_EXCEPTION', resultStatus: 'U' },
      });
      const message = expect.stringContaining('no such table');
      expect(emitted()).toMatchObject({ resultCode: 'UNKNOWN_EXCEPTION', stage: 'pass', message });

      events.splice(0);
      expect(await ask('GET', '/passes/P1')).toEqual({
        status: 500,
        body: { error: { code: 'InternalError', message: 'the sandbox failed', issues: [] } },
      });
      expect(emitted()).toMatchObject({ event: 'request-failed', message });
    } finally {
      await execute('ALTER TABLE moved RENAME TO passes');
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
