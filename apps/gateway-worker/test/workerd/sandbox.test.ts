// The admin API: who gets in, what a pass is created with, and what is said when it is not.
import { createExecutionContext } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { describe, expect, test } from 'vitest';
import worker from '../../src/worker.ts';
import { freshPass, gateway, origin, stored } from './parties.ts';

const bearer = { Authorization: `Bearer ${env.SANDBOX_TOKEN}` };
const get = (path: string, headers: HeadersInit = bearer) =>
  gateway(new Request(`${origin}/sandbox${path}`, { headers }));
const post = (body: string, headers: HeadersInit = bearer) =>
  gateway(new Request(`${origin}/sandbox/passes`, { method: 'POST', headers, body }));

const pass = { passId: 'S1', clientId: 'merchant-1', merchantId: 'M1', userId: 'U1' };

describe('without the token', () => {
  test.each<[what: string, headers: HeadersInit]>([
    ['no header', {}],
    ['no token', { Authorization: 'Bearer ' }],
    ['another token', { Authorization: 'Bearer another' }],
    ['the beginning of it', { Authorization: bearer.Authorization.slice(0, -1) }],
    ['more than it', { Authorization: `${bearer.Authorization}x` }],
    ['another scheme', { Authorization: `Basic ${btoa(env.SANDBOX_TOKEN)}` }],
    ['the token alone', { Authorization: env.SANDBOX_TOKEN }],
  ])('401: %s', async (_, headers) => {
    for (const response of [await get('/passes/P1', headers), await post('{}', headers), await get('/none', headers)]) {
      expect(response.status).toBe(401);
      expect(response.headers.get('WWW-Authenticate')).toBe('Bearer');
      expect(await response.json()).toEqual({ error: 'Authorization: expected Bearer and the SANDBOX_TOKEN' });
    }
  });

  test.each([undefined, ''])('404 when there is no token to know (%j)', async (SANDBOX_TOKEN) => {
    for (const path of ['/sandbox', '/sandbox/passes', '/sandbox/passes/P1']) {
      const request = new Request(origin + path, { headers: { Authorization: 'Bearer ' } });
      const response = await worker.fetch(request, { ...env, SANDBOX_TOKEN }, createExecutionContext());
      expect(response.status).toBe(404);
      expect(await response.json()).toEqual({ error: 'expected a SANDBOX_TOKEN to be configured' });
    }
  });
});

describe('create', () => {
  test.each<[what: string, body: unknown, issues: [path: string, expected: string][]]>([
    ['no object', 'P1', [['', 'a JSON object']]],
    ['null', null, [['', 'a JSON object']]],
    ['a list', [], [['passId', 'a value, received none']]],
    ['no passId', { ...pass, passId: undefined }, [['passId', 'a value, received none']]],
    ['passId a number', { ...pass, passId: 1 }, [['passId', 'text']]],
    ['passId empty', { ...pass, passId: '' }, [['passId', 'text that is not empty']]],
    ['clientId with a blank', { ...pass, clientId: 'a b' }, [['clientId', 'letters, digits, dash or underscore']]],
    ['merchantId too long', { ...pass, merchantId: 'm'.repeat(65) }, [['merchantId', 'at most 64 characters']]],
    ['userId null', { ...pass, userId: null }, [['userId', 'text']]],
    ['neither userId nor openId', { ...pass, userId: undefined }, [['', 'userId or openId']]],
    ['a field that is none', { ...pass, status: 'CLOSED' }, [['status', 'no such field']]],
    [
      'two faults',
      { ...pass, passId: 1, openId: '' },
      [
        ['passId', 'text'],
        ['openId', 'text that is not empty'],
      ],
    ],
  ])('400: %s', async (_, body, issues) => {
    const response = await post(JSON.stringify(body));
    expect(response.status).toBe(400);
    const received = (await response.json()) as { error: string; issues: { path: string; expected: string }[] };
    expect(received.error).toBe('the body is not a new pass');
    expect(received.issues.map(({ path, expected }) => [path, expected])).toEqual(expect.arrayContaining(issues));
  });

  test.each(['', '{', '{"passId":'])('400: no JSON (%j)', async (body) => {
    const response = await post(body);
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ issues: [{ path: '', expected: 'a JSON object' }] });
  });

  test('413: more than 64 KiB', async () => {
    const response = await post(JSON.stringify({ ...pass, passId: 'x'.repeat(65_536) }));
    expect(response.status).toBe(413);
    expect(await response.json()).toEqual({ error: 'body: expected at most 65536 bytes' });
  });

  test('409: the pass exists, and stays as it is', async () => {
    const existing = await freshPass();
    const before = await stored(existing);
    const response = await post(JSON.stringify({ ...pass, passId: existing.passId, merchantId: 'M9' }));
    expect(response.status).toBe(409);
    expect(await response.json()).toEqual({ error: 'passId: expected one that is not taken' });
    expect(await stored(existing)).toEqual(before);
  });

  test('201: the pass, active, as GET shows it', async () => {
    const response = await post(JSON.stringify({ ...pass, openId: 'O1', templateCode: 'T1' }));
    expect(response.status).toBe(201);
    const created = await response.json();
    expect(created).toEqual({
      ...{ ...pass, openId: 'O1', templateCode: 'T1', status: 'ACTIVE' },
      ...{ endDate: null, dataInfo: null, codeInfo: null, updatedAt: expect.any(Number), revision: 0 },
    });
    const read = await get('/passes/S1');
    expect(read.status).toBe(200);
    expect(await read.json()).toEqual(created);
  });
});

describe('read', () => {
  test('404: no such pass', async () => {
    const response = await get('/passes/none');
    expect(response.status).toBe(404);
    expect(await response.json()).toEqual({ error: 'passId: expected the one of a pass' });
  });

  test.each(['', '/passes', '/passes/P1/more', '/none'])('404: no such path (%j)', async (path) => {
    const response = await get(path);
    expect(response.status).toBe(404);
    expect(await response.json()).toEqual({
      error: 'expected POST /sandbox/passes or GET /sandbox/passes/:passId',
    });
  });

  test('a passId with a slash, percent-encoded', async () => {
    const existing = await freshPass({ passId: 'a/b ü' });
    const response = await get(`/passes/${encodeURIComponent(existing.passId)}`);
    expect(await response.json()).toMatchObject({ passId: 'a/b ü' });
  });
});
