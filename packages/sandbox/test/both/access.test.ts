// Who may use the admin API: with the token anybody, on the machine itself whoever is no page of another origin.
import { describe, expect, test } from 'vitest';
import type { Access } from '../../src/index.ts';
import { origin, sandboxWith, token } from '../parties.ts';

const bearer = { Authorization: `Bearer ${token}` };

/** HTTP status, and where the first issue is. */
async function ask(url: string, init: RequestInit, access: Access = { token }): Promise<[number, unknown]> {
  const sandbox = await sandboxWith({ access });
  const response = await sandbox(new Request(url, init));
  if (response.status === 401) expect(response.headers.get('WWW-Authenticate')).toBe('Bearer');
  expect(response.headers.get('Cache-Control')).toBe('no-store');
  expect(response.headers.get('Access-Control-Allow-Origin')).toBeNull();
  const { error } = (await response.json()) as { error?: { issues: { path: string }[] } };
  return [response.status, error?.issues[0]?.path];
}

describe('without the right token the admin API gives', () => {
  test.each<[what: string, headers: HeadersInit]>([
    ['no Authorization header', {}],
    ['no token', { Authorization: 'Bearer ' }],
    ['another token', { Authorization: 'Bearer another' }],
    ['the beginning of the token', { Authorization: bearer.Authorization.slice(0, -1) }],
    ['more than the token', { Authorization: `${bearer.Authorization}x` }],
    ['another scheme', { Authorization: `Basic ${btoa(token)}` }],
    ['the token without a scheme', { Authorization: token }],
  ])('401 for %s', async (_, headers) => {
    for (const path of ['/passes', '/ledger', '/faults', '/ready', '/none']) {
      expect(await ask(`${origin}/sandbox${path}`, { headers })).toEqual([401, 'Authorization']);
    }
    expect(await ask(`${origin}/sandbox/reset`, { method: 'POST', headers })).toEqual([401, 'Authorization']);
  });

  test.each([{}, { token: undefined }, { token: '' }])('404 if no token is configured: %o', async (access) => {
    for (const path of ['/sandbox', '/sandbox/passes', '/sandbox/passes/P1']) {
      const headers = { Authorization: 'Bearer ' };
      expect(await ask(origin + path, { headers }, access)).toEqual([404, undefined]);
    }
  });
});

describe('with access open to loopback', () => {
  const open = { open: 'loopback' } as const;

  test.each(['127.0.0.1:8787', 'localhost:8787', '[::1]:8787', 'localhost'])('%s needs no token', async (host) => {
    for (const site of ['none', 'same-origin']) {
      const headers = { 'Sec-Fetch-Site': site };
      expect(await ask(`http://${host}/sandbox/passes`, { headers }, open)).toEqual([200, undefined]);
    }
  });

  test.each([
    ['GET', '/passes'],
    ['GET', '/ledger'],
    ['GET', '/ready'],
    ['POST', '/reset'],
    ['DELETE', '/ledger'],
  ])('%s %s without Sec-Fetch-Site, as from a page after DNS rebinding, is refused', async (method, path) => {
    for (const headers of [new Headers(), new Headers({ Origin: 'http://127.0.0.1:8787' })]) {
      const asked = ask(`http://127.0.0.1:8787/sandbox${path}`, { method, headers }, open);
      expect(await asked).toEqual([403, 'Sec-Fetch-Site']);
    }
  });

  test.each(['evil.example:8787', 'localhost.evil.example', '127.0.0.1.nip.io', '10.0.0.1', '0.0.0.0'])(
    '%s, a name of another machine, needs the token',
    async (host) => {
      expect(await ask(`http://${host}/sandbox/passes`, {}, open)).toEqual([404, undefined]);
      const withToken = { ...open, token: 'token' };
      expect(await ask(`http://${host}/sandbox/passes`, {}, withToken)).toEqual([401, 'Authorization']);
    },
  );
});

describe('a request from a page', () => {
  const json = { 'Content-Type': 'application/json' };

  test.each<[what: string, headers: Record<string, string>, status: number, path: string]>([
    ['of another site', { 'Sec-Fetch-Site': 'cross-site' }, 403, 'Sec-Fetch-Site'],
    ['of another port', { 'Sec-Fetch-Site': 'same-site' }, 403, 'Sec-Fetch-Site'],
    ['in a browser that says only Origin', { Origin: 'https://evil.example' }, 403, 'Origin'],
    ['without an origin', { Origin: 'null' }, 403, 'Origin'],
    ['as a form', { 'Content-Type': 'application/x-www-form-urlencoded' }, 415, 'Content-Type'],
    ['as text', { 'Content-Type': 'text/plain' }, 415, 'Content-Type'],
    ['in another charset', { 'Content-Type': 'application/json; charset=utf-16' }, 415, 'Content-Type'],
  ])('%s is refused', async (_, headers, status, path) => {
    const init = { method: 'POST', headers: { ...bearer, ...json, ...headers }, body: '{}' };
    expect(await ask(`${origin}/sandbox/faults`, init)).toEqual([status, path]);
    expect(await ask(`${origin}/sandbox/reset`, init)).toEqual([status, path]);
  });

  test('with a body of no type is refused', async () => {
    const body = new TextEncoder().encode('{"name":"hang"}');
    expect(await ask(`${origin}/sandbox/faults`, { method: 'POST', headers: bearer, body })).toEqual([
      415,
      'Content-Type',
    ]);
  });

  test('of the sandbox itself is accepted', async () => {
    const headers = {
      ...bearer,
      'Sec-Fetch-Site': 'same-origin',
      Origin: origin,
      'Content-Type': 'application/json; charset=utf-8',
    };
    expect(await ask(`${origin}/sandbox/reset`, { method: 'POST', headers, body: '{}' })).toEqual([200, undefined]);
  });
});
