// What a page may do after DNS rebinding: it sends requests under its own name, with every header that a script may set.
// Wrangler's proxy believes the URL in such a header; the front before it lets none through.
import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import { json } from 'node:stream/consumers';
import { describe, expect, inject, test } from 'vitest';

const { url, workerUrl, clientId } = inject('sandbox');

/** The reply to a request under another name, for `/sandbox/ready` if the header is believed. */
async function readReady(at: string, headers: Record<string, string>, path = '/x') {
  const Host = `rebound.example:${new URL(at).port}`;
  const asking = request(at + path, {
    headers: { Host, 'MF-Original-URL': `${url}/sandbox/ready`, ...headers },
    signal: AbortSignal.timeout(20_000),
  });
  const [response] = (await once(asking.end(), 'response')) as [IncomingMessage];
  return { status: response.statusCode, body: await json(response) };
}

describe('at the sandbox', () => {
  test('a header with another URL reaches the gateway only', async () => {
    for (const headers of [{}, { 'Sec-Fetch-Site': 'none' }, { 'mf-original-url': `${url}/sandbox/ready` }]) {
      const { body } = await readReady(url, headers as Record<string, string>);
      expect(body).toMatchObject({ resultInfo: { resultCode: 'INVALID_API' } });
    }
  });

  test('the admin API does not exist under another name', async () => {
    const { status, body } = await readReady(url, { 'Sec-Fetch-Site': 'none' }, '/sandbox/ready');
    expect([status, body]).toMatchObject([404, { error: { code: 'RouteNotFound' } }]);
  });
});

describe('at the port of the Worker, which is another at each start', () => {
  test('a request without Sec-Fetch-Site, which a script cannot set, is refused and gets no key', async () => {
    const forged = { 'MF-Sec-Fetch-Site': 'none', 'MF-Sec-Fetch-Mode': 'navigate' };
    const tries: Record<string, string>[] = [{}, { Origin: url }, forged];
    for (const headers of tries) {
      const { status, body } = await readReady(workerUrl, headers);
      expect(status).toBe(403);
      expect(body).toMatchObject({ error: { code: 'Forbidden', issues: [{ path: 'Sec-Fetch-Site' }] } });
    }
  });

  test('a request with Sec-Fetch-Site is let in whatever its host: the proxy’s URL is believed', async () => {
    const { status, body } = await readReady(workerUrl, { 'Sec-Fetch-Site': 'none' });
    expect(status).toBe(200);
    expect(body).toMatchObject({ clientId });
  });
});

test.each([url, workerUrl])(
  'the paths of wrangler’s explorer, which would run any SQL, reach the gateway at %s',
  async (at) => {
    for (const path of ['/cdn-cgi/local/explorer/', '/cdn-cgi/local/explorer/api/d1/database', '/cdn-cgi/explorer']) {
      const response = await fetch(at + path, { method: 'POST', signal: AbortSignal.timeout(20_000) });
      expect(await response.json(), path).toMatchObject({ resultInfo: { resultCode: 'INVALID_API' } });
    }
  },
);
