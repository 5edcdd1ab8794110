// The admin API over plain HTTP: what it accepts, what it says of what it refuses, and what it keeps.
import { describe, expect, test } from 'vitest';
import {
  ask,
  freshPass,
  gatewayPublicKey,
  merchantKeys,
  origin,
  sandboxWith,
  shortKeys,
  stored,
  token,
} from '../parties.ts';

const send = (method: string, path: string, body?: unknown) =>
  ask(method, path, body === undefined ? undefined : JSON.stringify(body));

/** Status, code, and what is wrong where. */
async function issuesOf(method: string, path: string, body: unknown): Promise<[number, string, [string, string][]]> {
  const { status, body: received } = await send(method, path, body);
  const { code, issues } = (received as { error: { code: string; issues: { path: string; message: string }[] } }).error;
  return [status, code, issues.map(({ path, message }) => [path, message])];
}

const pass = { passId: 'S1', clientId: 'merchant-1', merchantId: 'M1', userId: 'U1' };

describe('the body of a request', () => {
  test.each(['', '{', '{"passId":', '\uFEFF{}'])('gives 400 if it is not JSON: %j', async (body) => {
    const { status, body: received } = await ask('POST', '/passes', body);
    expect(status).toBe(400);
    expect(received).toEqual({
      error: {
        code: 'JsonInvalid',
        message: 'the body is not JSON in UTF-8',
        issues: [{ path: '', message: 'is not JSON in UTF-8' }],
      },
    });
  });

  test('gives 413 if it is longer than 64 KiB', async () => {
    const { status, body } = await send('POST', '/passes', { ...pass, passId: 'x'.repeat(65_536) });
    expect([status, body]).toMatchObject([
      413,
      { error: { code: 'ContentTooLarge', message: 'the body is longer than 65536 bytes' } },
    ]);
  });

  test.each<[path: string, body: unknown, issues: [path: string, expected: string][]]>([
    ['POST /passes', 'P1', [['', 'must be a JSON object']]],
    ['POST /passes', null, [['', 'must be a JSON object']]],
    ['POST /passes', [], [['', 'must be a JSON object']]],
    ['POST /passes', { ...pass, passId: undefined }, [['passId', 'is missing']]],
    ['POST /passes', { ...pass, passId: 1 }, [['passId', 'must be text']]],
    ['POST /passes', { ...pass, passId: '' }, [['passId', 'is empty']]],
    ['POST /passes', { ...pass, passId: 'x'.repeat(257) }, [['passId', 'is longer than 256 characters']]],
    ['POST /passes', { ...pass, passId: '.' }, [['passId', 'must not be . or ..']]],
    ['POST /passes', { ...pass, passId: '..' }, [['passId', 'must not be . or ..']]],
    ['POST /faults', { name: 'hang', passId: '..' }, [['passId', 'must not be . or ..']]],
    [
      'POST /passes',
      { ...pass, clientId: 'a b' },
      [['clientId', 'has characters other than letters, digits, dash and underscore']],
    ],
    ['POST /passes', { ...pass, merchantId: 'm'.repeat(65) }, [['merchantId', 'is longer than 64 characters']]],
    ['POST /passes', { ...pass, userId: null }, [['userId', 'must be text']]],
    ['POST /passes', { ...pass, userId: undefined }, [['', 'must have userId or openId']]],
    ['POST /passes', { ...pass, status: 'CLOSED' }, [['status', 'is not a known field']]],
    [
      'POST /passes',
      { ...pass, passId: 1, openId: '' },
      [
        ['passId', 'must be text'],
        ['openId', 'is empty'],
      ],
    ],
    ['POST /templates', { templateCode: 'T' }, [['merchantId', 'is missing']]],
    ['PUT /merchants/m', {}, [['keys', 'is missing']]],
    ['PUT /merchants/m', { keys: [] }, [['keys', 'is empty']]],
    ['PUT /merchants/m', { keys: [], headerCase: 'upper' }, [['headerCase', 'must be lower or title']]],
    ['PUT /merchants/m', { keys: {} }, [['keys', 'must be a list']]],
    ['PUT /merchants/m', { keys: Array(11).fill({ publicKey: 'a' }) }, [['keys', 'has more than 10 keys']]],
    [
      'PUT /merchants/m',
      { keys: [{ keyVersion: 'a b', publicKey: 'a' }] },
      [['keys.0.keyVersion', 'has characters other than letters, digits, dot, dash and underscore']],
    ],
    [
      'PUT /merchants/m',
      { keys: [{ keyVersion: '1', publicKey: 'a' }, { publicKey: 'a' }] },
      [['keys', 'has several keys, and one without a keyVersion']],
    ],
    [
      'PUT /merchants/m',
      { keys: Array(2).fill({ keyVersion: '1', publicKey: 'a' }) },
      [['keys', 'has two keys with the same keyVersion']],
    ],
    [
      'PUT /merchants/a%20b',
      { keys: [{ publicKey: 'a' }] },
      [['clientId', 'has characters other than letters, digits, dash and underscore']],
    ],
    ['POST /faults', { name: 'flood' }, [['name', 'is not the name of a fault']]],
    ['POST /faults', {}, [['name', 'is missing']]],
    ['POST /faults', null, [['', 'must be a JSON object']]],
    ['POST /faults', { name: 'hang', delayMs: 1 }, [['delayMs', 'is not a known field']]],
    ['POST /faults', { name: 'hang', times: 0 }, [['times', 'must be a whole number from 1 to 1000000']]],
    ['POST /faults', { name: 'delay', delayMs: 60_001 }, [['delayMs', 'must be a whole number from 1 to 60000']]],
    ['POST /faults', { name: 'chaos', seed: 's', rate: 1.1 }, [['rate', 'must be a number from 0 to 1']]],
    ['POST /faults', { name: 'chaos', rate: 1 }, [['seed', 'is missing']]],
    [
      'POST /faults',
      { name: 'chaos', seed: 1, rate: 1, of: ['hang', 'chaos'] },
      [['of.1', 'is not the name of a fault other than chaos']],
    ],
  ])('gives 422: %s %j', async (route, body, issues) => {
    const [method = '', path = ''] = route.split(' ');
    expect(await issuesOf(method, path, body)).toEqual([422, 'RequestInvalid', expect.arrayContaining(issues)]);
  });

  test.each<[query: string, path: string, expected: string]>([
    ['/passes?limit=0', 'limit', 'must be from 1 to 100'],
    ['/passes?limit=101', 'limit', 'must be from 1 to 100'],
    ['/ledger?limit=many', 'limit', 'must be a whole number'],
    ['/ledger?after=-1', 'after', 'must be a whole number'],
    ['/ledger?pass=P1', 'pass', 'is not a known field'],
  ])('gives 422 if a query is wrong: GET %s', async (query, path, expected) => {
    expect(await issuesOf('GET', query, undefined)).toEqual([422, 'RequestInvalid', [[path, expected]]]);
  });
});

describe('merchants', () => {
  const publicKey = merchantKeys['merchant-2'].publicKey;

  test('PUT replaces all keys of a merchant', async () => {
    const keys = [
      { keyVersion: '1', publicKey },
      { keyVersion: '2', publicKey: gatewayPublicKey },
    ];
    expect(await send('PUT', '/merchants/merchant-9', { keys })).toEqual({
      status: 200,
      body: { clientId: 'merchant-9', keys },
    });
    await send('PUT', '/merchants/merchant-9', { keys: keys.slice(0, 1) });
    const { body } = await send('GET', '/merchants');
    expect(body).toEqual({ merchants: expect.arrayContaining([{ clientId: 'merchant-9', keys: keys.slice(0, 1) }]) });
  });

  test('PUT refuses what is not a public key, and changes nothing', async () => {
    const before = await send('GET', '/merchants');
    for (const [key, received] of [
      ['hunter2!', 'neither PEM nor whole base64'],
      [merchantKeys['merchant-1'].privateKey, 'a private key'],
      [(await shortKeys()).publicKey, 'an RSA key of 1024 bits'],
    ]) {
      const [status, code, issues] = await issuesOf('PUT', '/merchants/merchant-1', { keys: [{ publicKey: key }] });
      expect([status, code, issues[0]?.[0]]).toEqual([422, 'RequestInvalid', 'keys.0.publicKey']);
      expect(issues[0]?.[1]).toContain(received);
      expect(issues[0]?.[1]).not.toMatch(/BEGIN|MII|hunter2/);
    }
    expect(await send('GET', '/merchants')).toEqual(before);
  });
});

describe('templates', () => {
  test('POST creates a template once', async () => {
    const template = { templateCode: 'T-gold', merchantId: 'M1', name: 'Gold' };
    expect(await send('POST', '/templates', template)).toEqual({ status: 201, body: template });
    expect(await issuesOf('POST', '/templates', template)).toEqual([
      409,
      'Conflict',
      [['templateCode', 'is already taken']],
    ]);
    expect((await send('GET', '/templates')).body).toEqual({ templates: expect.arrayContaining([template]) });
  });

  test('a template is created with its first pass, and then belongs to that merchant', async () => {
    const first = { ...pass, passId: 'T-1', templateCode: 'T-silver' };
    expect((await send('POST', '/passes', first)).status).toBe(201);
    const template = { templateCode: 'T-silver', merchantId: 'M1', name: null };
    expect((await send('GET', '/templates')).body).toEqual({ templates: expect.arrayContaining([template]) });
    const second = { ...first, passId: 'T-2', merchantId: 'M2' };
    expect(await issuesOf('POST', '/passes', second)).toEqual([
      422,
      'RequestInvalid',
      [['templateCode', 'belongs to another merchantId']],
    ]);
  });
});

describe('passes', () => {
  test('POST gives 409 for a passId that is taken, and changes nothing', async () => {
    const existing = await freshPass();
    const before = await stored(existing);
    const again = { ...pass, passId: existing.passId, merchantId: 'M9' };
    expect(await issuesOf('POST', '/passes', again)).toEqual([409, 'Conflict', [['passId', 'is already taken']]]);
    expect(await stored(existing)).toEqual(before);
  });

  test('POST gives 201 and the active pass, as GET shows it', async () => {
    const { status, body: created } = await send('POST', '/passes', { ...pass, openId: 'O1', templateCode: 'T1' });
    expect(status).toBe(201);
    expect(created).toEqual({
      ...{ ...pass, openId: 'O1', templateCode: 'T1', status: 'ACTIVE', points: null, level: null },
      ...{ endDate: null, dataInfo: null, codeInfo: null, updatedAt: expect.any(Number), revision: 0 },
    });
    expect(await send('GET', '/passes/S1')).toEqual({ status: 200, body: created });
  });

  test('GET and reset give 404 for an unknown passId', async () => {
    for (const [method = '', path = ''] of [
      ['GET', '/passes/none'],
      ['POST', '/passes/none/reset'],
    ]) {
      expect(await send(method, path)).toMatchObject({
        status: 404,
        body: { error: { code: 'NotFound', message: 'no such pass' } },
      });
    }
  });

  test.each(['a/b ü', '...', '..a', '%2e', '../..'])(
    'GET finds a passId that has to be percent-encoded: %s',
    async (passId) => {
      expect((await send('POST', '/passes', { ...pass, passId })).status).toBe(201);
      const { body } = await send('GET', `/passes/${encodeURIComponent(passId)}`);
      expect(body).toMatchObject({ passId });
    },
  );

  test('GET lists by passId, page by page, and by client', async () => {
    for (const passId of ['L1', 'L2', 'L3']) await freshPass({ passId, clientId: 'lister' });
    const page = async (query: string) => {
      const { passes, next } = (await send('GET', `/passes?${query}`)).body as {
        passes: { passId: string }[];
        next?: string;
      };
      return [passes.map(({ passId }) => passId), next];
    };
    expect(await page('clientId=lister&limit=2')).toEqual([['L1', 'L2'], 'L2']);
    expect(await page('clientId=lister&limit=2&after=L2')).toEqual([['L3'], undefined]);
    expect(await page('clientId=nobody')).toEqual([[], undefined]);
  });
});

test.each(['', '/none', '/passes/P1/more', '/faults/x'])(
  '404 for a route that does not exist: /sandbox%s',
  async (path) => {
    const { status, body } = await send('GET', path);
    expect([status, body]).toMatchObject([404, { error: { code: 'RouteNotFound', message: 'no such route' } }]);
  },
);

describe('GET /sandbox/ready', () => {
  test('gives 404 where no merchant is offered', async () => {
    expect(await send('GET', '/ready')).toEqual({
      status: 404,
      body: { error: { code: 'NotFound', message: 'this sandbox offers no merchant', issues: [] } },
    });
  });

  test('gives the merchant that the sandbox was made with', async () => {
    const ready = {
      ...{ clientId: 'merchant-1', keyVersion: '1', merchantPrivateKey: 'private', gatewayPublicKey: 'public' },
      pass: { passId: 'P', merchantId: 'M', userId: 'U', templateCode: 'T' },
    };
    const sandbox = await sandboxWith({ ready });
    const headers = { Authorization: `Bearer ${token}` };
    const response = await sandbox(new Request(`${origin}/sandbox/ready`, { headers }));
    expect(await response.json()).toEqual(ready);
  });
});
