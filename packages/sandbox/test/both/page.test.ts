// The page as it is served, without a browser.
import { describe, expect, test } from 'vitest';
import { origin, sandbox } from '../parties.ts';

const get = (path: string, headers: HeadersInit = {}, method = 'GET') =>
  sandbox(new Request(origin + path, { method, headers }));

const policy =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; " +
  "base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

describe('a file of the page', () => {
  test.each([
    ['/', 'text/html; charset=utf-8', '<!doctype html>'],
    ['/page.js', 'text/javascript; charset=utf-8', 'import'],
    ['/style.css', 'text/css; charset=utf-8', '@layer'],
    ['/openapi.json', 'application/json', '{"openapi":"3.1'],
    ['/icon.svg', 'image/svg+xml', '<svg'],
    ['/swagger-ui.LICENSE.txt', 'text/plain; charset=utf-8', 'Apache License'],
    ['/preact.LICENSE.txt', 'text/plain; charset=utf-8', 'Jason Miller'],
  ])(
    '%s is served with its type, and headers that keep other hosts and inline scripts out',
    async (path, type, text) => {
      const response = await get(path);
      expect(response.status).toBe(200);
      expect(response.headers.get('Content-Type')).toBe(type);
      expect(await response.text()).toContain(text);
      expect(response.headers.get('Content-Security-Policy')).toBe(policy);
      for (const [name, value] of [
        ['X-Content-Type-Options', 'nosniff'],
        ['Referrer-Policy', 'no-referrer'],
        ['X-Frame-Options', 'DENY'],
        ['Cross-Origin-Opener-Policy', 'same-origin'],
        ['Cross-Origin-Resource-Policy', 'same-origin'],
        ['Permissions-Policy', 'camera=(), geolocation=(), microphone=(), payment=(), usb=()'],
        ['Access-Control-Allow-Origin', null],
      ] as const) {
        expect(response.headers.get(name), name).toBe(value);
      }
    },
  );

  test('is not sent again if it has not changed', async () => {
    const etag = (await get('/page.js')).headers.get('ETag') ?? '';
    expect(etag).toMatch(/^"[\w-]{22}"$/);
    const again = await get('/page.js', { 'If-None-Match': etag });
    expect([again.status, await again.text()]).toEqual([304, '']);
    expect(again.headers.get('Content-Security-Policy')).toBe(policy);
    expect((await get('/page.js', { 'If-None-Match': '"another"' })).status).toBe(200);
  });

  test('is open to a link from another site', async () => {
    expect((await get('/', { 'Sec-Fetch-Site': 'cross-site' })).status).toBe(200);
  });

  test('has no body for HEAD', async () => {
    const response = await get('/', {}, 'HEAD');
    expect([response.status, await response.text()]).toEqual([200, '']);
  });
});

test.each([
  ['POST', '/'],
  ['POST', '/page.js'],
  ['GET', '/page'],
  ['GET', '/index.html'],
  ['GET', '/__proto__'],
])('%s %s, no file of the page, is a request to the gateway', async (method, path) => {
  const response = await get(path, {}, method);
  expect(response.headers.get('Tracer-Id')).toMatch(/^[0-9a-f]{32}$/);
  expect(await response.json()).toMatchObject({ resultInfo: { resultStatus: 'F' } });
});
