// The admin API: what it is given, what it says of what it cannot take, and what it keeps.
import { env } from 'cloudflare:workers';
import { describe, expect, test } from 'vitest';
import { answerOf, freshPass, shortKeys, stored } from './parties.ts';

const sandbox = (method: string, path: string, body?: unknown) =>
  answerOf(method, path, body === undefined ? undefined : JSON.stringify(body));

/** Where, and what was expected there. */
async function issuesOf(method: string, path: string, body: unknown): Promise<[number, string, [string, string][]]> {
  const { status, body: received } = await sandbox(method, path, body);
  const { code, issues } = (received as { error: { code: string; issues: { path: string; expected: string }[] } })
    .error;
  return [status, code, issues.map(({ path, expected }) => [path, expected])];
}

const pass = { passId: 'S1', clientId: 'merchant-1', merchantId: 'M1', userId: 'U1' };

describe('bodies', () => {
  test.each(['', '{', '{"passId":', '\uFEFF{}'])('400: no JSON (%j)', async (body) => {
    const { status, body: received } = await answerOf('POST', '/passes', body);
    expect(status).toBe(400);
    expect(received).toEqual({
      error: {
        code: 'JsonInvalid',
        message: 'body: expected JSON in UTF-8',
        issues: [{ path: '', expected: 'JSON in UTF-8' }],
      },
    });
  });

  test('413: more than 64 KiB', async () => {
    const { status, body } = await sandbox('POST', '/passes', { ...pass, passId: 'x'.repeat(65_536) });
    expect([status, body]).toMatchObject([
      413,
      { error: { code: 'ContentTooLarge', message: 'body: expected at most 65536 bytes' } },
    ]);
  });

  test.each<[path: string, body: unknown, issues: [path: string, expected: string][]]>([
    ['POST /passes', 'P1', [['', 'a JSON object']]],
    ['POST /passes', null, [['', 'a JSON object']]],
    ['POST /passes', [], [['', 'a JSON object']]],
    ['POST /passes', { ...pass, passId: undefined }, [['passId', 'a value, received none']]],
    ['POST /passes', { ...pass, passId: 1 }, [['passId', 'text']]],
    ['POST /passes', { ...pass, passId: '' }, [['passId', 'text that is not empty']]],
    ['POST /passes', { ...pass, passId: 'x'.repeat(257) }, [['passId', 'at most 256 characters']]],
    ['POST /passes', { ...pass, passId: '.' }, [['passId', 'other text than . and ..']]],
    ['POST /passes', { ...pass, passId: '..' }, [['passId', 'other text than . and ..']]],
    ['POST /faults', { name: 'hang', passId: '..' }, [['passId', 'other text than . and ..']]],
    ['POST /passes', { ...pass, clientId: 'a b' }, [['clientId', 'letters, digits, dash or underscore']]],
    ['POST /passes', { ...pass, merchantId: 'm'.repeat(65) }, [['merchantId', 'at most 64 characters']]],
    ['POST /passes', { ...pass, userId: null }, [['userId', 'text']]],
    ['POST /passes', { ...pass, userId: undefined }, [['', 'userId or openId']]],
    ['POST /passes', { ...pass, status: 'CLOSED' }, [['status', 'no such field']]],
    [
      'POST /passes',
      { ...pass, passId: 1, openId: '' },
      [
        ['passId', 'text'],
        ['openId', 'text that is not empty'],
      ],
    ],
    ['POST /templates', { templateCode: 'T' }, [['merchantId', 'a value, received none']]],
    ['PUT /merchants/m', {}, [['keys', 'a value, received none']]],
    ['PUT /merchants/m', { keys: [] }, [['keys', 'at least one key']]],
    ['PUT /merchants/m', { keys: {} }, [['keys', 'a list']]],
    ['PUT /merchants/m', { keys: Array(11).fill({ publicKey: 'a' }) }, [['keys', 'at most 10 keys']]],
    [
      'PUT /merchants/m',
      { keys: [{ keyVersion: 'a b', publicKey: 'a' }] },
      [['keys.0.keyVersion', 'letters, digits, dot, dash or underscore']],
    ],
    [
      'PUT /merchants/m',
      { keys: [{ keyVersion: '1', publicKey: 'a' }, { publicKey: 'a' }] },
      [['keys', 'a keyVersion for each of several keys']],
    ],
    [
      'PUT /merchants/m',
      { keys: Array(2).fill({ keyVersion: '1', publicKey: 'a' }) },
      [['keys', 'another keyVersion for each of several keys']],
    ],
    ['PUT /merchants/a%20b', { keys: [{ publicKey: 'a' }] }, [['clientId', 'letters, digits, dash or underscore']]],
    ['POST /faults', { name: 'flood' }, [['name', 'the name of a fault']]],
    ['POST /faults', {}, [['name', 'a value, received none']]],
    ['POST /faults', null, [['', 'a JSON object']]],
    ['POST /faults', { name: 'hang', delayMs: 1 }, [['delayMs', 'no such field']]],
    ['POST /faults', { name: 'hang', times: 0 }, [['times', 'a whole number from 1 to 1000000']]],
    ['POST /faults', { name: 'delay', delayMs: 60_001 }, [['delayMs', 'a whole number from 1 to 60000']]],
    ['POST /faults', { name: 'chaos', seed: 's', rate: 1.1 }, [['rate', '0 to 1']]],
    ['POST /faults', { name: 'chaos', rate: 1 }, [['seed', 'a value, received none']]],
    [
      'POST /faults',
      { name: 'chaos', seed: 1, rate: 1, of: ['hang', 'chaos'] },
      [['of.1', 'the name of a fault other than chaos']],
    ],
  ])('422: %s %j', async (route, body, issues) => {
    const [method = '', path = ''] = route.split(' ');
    expect(await issuesOf(method, path, body)).toEqual([422, 'RequestInvalid', expect.arrayContaining(issues)]);
  });

  test.each<[query: string, path: string, expected: string]>([
    ['/passes?limit=0', 'limit', '1 to 100'],
    ['/passes?limit=101', 'limit', '1 to 100'],
    ['/ledger?limit=many', 'limit', 'a whole number'],
    ['/ledger?after=-1', 'after', 'a whole number'],
    ['/ledger?pass=P1', 'pass', 'no such field'],
  ])('422: GET %s', async (query, path, expected) => {
    expect(await issuesOf('GET', query, undefined)).toEqual([422, 'RequestInvalid', [[path, expected]]]);
  });
});

describe('merchants', () => {
  const publicKey = env.TEST_MERCHANT_PUBLIC_KEYS['merchant-2'];

  test('keys are set as a whole, and listed', async () => {
    const keys = [
      { keyVersion: '1', publicKey },
      { keyVersion: '2', publicKey: env.TEST_GATEWAY_PUBLIC_KEY },
    ];
    expect(await sandbox('PUT', '/merchants/merchant-9', { keys })).toEqual({
      status: 200,
      body: { clientId: 'merchant-9', keys },
    });
    await sandbox('PUT', '/merchants/merchant-9', { keys: keys.slice(0, 1) });
    const { body } = await sandbox('GET', '/merchants');
    expect(body).toEqual({ merchants: expect.arrayContaining([{ clientId: 'merchant-9', keys: keys.slice(0, 1) }]) });
  });

  test('a key that is none is refused, and the merchant stays as it is', async () => {
    const before = await sandbox('GET', '/merchants');
    for (const [key, received] of [
      ['hunter2!', 'neither PEM nor whole base64'],
      [env.TEST_MERCHANT_PRIVATE_KEYS['merchant-1'], 'a private key'],
      [(await shortKeys()).publicKey, 'an RSA key of 1024 bits'],
    ]) {
      const [status, code, issues] = await issuesOf('PUT', '/merchants/merchant-1', { keys: [{ publicKey: key }] });
      expect([status, code, issues[0]?.[0]]).toEqual([422, 'RequestInvalid', 'keys.0.publicKey']);
      expect(issues[0]?.[1]).toContain(received);
      expect(issues[0]?.[1]).not.toMatch(/BEGIN|MII|hunter2/);
    }
    expect(await sandbox('GET', '/merchants')).toEqual(before);
  });
});

describe('templates', () => {
  test('created once, and listed', async () => {
    const template = { templateCode: 'T-gold', merchantId: 'M1', name: 'Gold' };
    expect(await sandbox('POST', '/templates', template)).toEqual({ status: 201, body: template });
    expect(await issuesOf('POST', '/templates', template)).toEqual([
      409,
      'Conflict',
      [['templateCode', 'one that is not taken']],
    ]);
    expect((await sandbox('GET', '/templates')).body).toEqual({ templates: expect.arrayContaining([template]) });
  });

  test('one that does not exist comes with its first pass, and then belongs to that merchant', async () => {
    const first = { ...pass, passId: 'T-1', templateCode: 'T-silver' };
    expect((await sandbox('POST', '/passes', first)).status).toBe(201);
    const template = { templateCode: 'T-silver', merchantId: 'M1', name: null };
    expect((await sandbox('GET', '/templates')).body).toEqual({ templates: expect.arrayContaining([template]) });
    const second = { ...first, passId: 'T-2', merchantId: 'M2' };
    expect(await issuesOf('POST', '/passes', second)).toEqual([
      422,
      'RequestInvalid',
      [['templateCode', 'a template of this merchantId']],
    ]);
  });
});

describe('passes', () => {
  test('409: the pass exists, and stays as it is', async () => {
    const existing = await freshPass();
    const before = await stored(existing);
    const again = { ...pass, passId: existing.passId, merchantId: 'M9' };
    expect(await issuesOf('POST', '/passes', again)).toEqual([409, 'Conflict', [['passId', 'one that is not taken']]]);
    expect(await stored(existing)).toEqual(before);
  });

  test('201: the pass, active, as GET shows it', async () => {
    const { status, body: created } = await sandbox('POST', '/passes', { ...pass, openId: 'O1', templateCode: 'T1' });
    expect(status).toBe(201);
    expect(created).toEqual({
      ...{ ...pass, openId: 'O1', templateCode: 'T1', status: 'ACTIVE', points: null, level: null },
      ...{ endDate: null, dataInfo: null, codeInfo: null, updatedAt: expect.any(Number), revision: 0 },
    });
    expect(await sandbox('GET', '/passes/S1')).toEqual({ status: 200, body: created });
  });

  test('404: no such pass, to see or to reset', async () => {
    for (const [method = '', path = ''] of [
      ['GET', '/passes/none'],
      ['POST', '/passes/none/reset'],
    ]) {
      expect(await issuesOf(method, path, undefined)).toEqual([404, 'NotFound', [['passId', 'the one of a pass']]]);
    }
  });

  test.each(['a/b ü', '...', '..a', '%2e', '../..'])('a passId that has to be percent-encoded: %s', async (passId) => {
    expect((await sandbox('POST', '/passes', { ...pass, passId })).status).toBe(201);
    const { body } = await sandbox('GET', `/passes/${encodeURIComponent(passId)}`);
    expect(body).toMatchObject({ passId });
  });

  test('listed by passId, page by page, and by client', async () => {
    for (const passId of ['L1', 'L2', 'L3']) await freshPass({ passId, clientId: 'lister' });
    const page = async (query: string) => {
      const { passes, next } = (await sandbox('GET', `/passes?${query}`)).body as {
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

test.each(['', '/none', '/passes/P1/more', '/faults/x'])('404: no such route (%j)', async (path) => {
  const { status, body } = await sandbox('GET', path);
  expect([status, body]).toMatchObject([404, { error: { code: 'RouteNotFound' } }]);
});

test('404: nothing is ready but with the local starter', async () => {
  expect(await issuesOf('GET', '/ready', undefined)).toEqual([404, 'NotFound', [['ready', 'the local starter']]]);
});
