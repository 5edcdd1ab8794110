// What wrangler, between the sandbox and the socket, lets a page do after DNS rebinding: such a page sends requests under
// its own name, with every header that a script may set, and wrangler's proxy believes the URL that it names.
import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import { json } from 'node:stream/consumers';
import { expect, inject, test } from 'vitest';

const { url, clientId } = inject('sandbox');

/** The reply to `/sandbox/ready`, requested under another name. */
async function readReady(headers: Record<string, string>): Promise<{ status: number | undefined; body: unknown }> {
  const Host = `rebound.example:${new URL(url).port}`;
  const asking = request(`${url}/x`, {
    headers: { Host, 'MF-Original-URL': `${url}/sandbox/ready`, ...headers },
    signal: AbortSignal.timeout(20_000),
  });
  const [response] = (await once(asking.end(), 'response')) as [IncomingMessage];
  return { status: response.statusCode, body: await json(response) };
}

test('a request without Sec-Fetch-Site, which a script cannot set, is refused and gets no key', async () => {
  const forged = { 'MF-Sec-Fetch-Site': 'none', 'MF-Sec-Fetch-Mode': 'navigate' };
  const tries: Record<string, string>[] = [{}, { Origin: url }, forged];
  for (const headers of tries) {
    const { status, body } = await readReady(headers);
    expect(status).toBe(403);
    expect(body).toMatchObject({ error: { code: 'Forbidden', issues: [{ path: 'Sec-Fetch-Site' }] } });
  }
});

test('the paths of wrangler’s explorer, which would run any SQL, reach the gateway', async () => {
  for (const path of ['/cdn-cgi/local/explorer/', '/cdn-cgi/local/explorer/api/d1/database', '/cdn-cgi/explorer']) {
    const response = await fetch(url + path, { method: 'POST', signal: AbortSignal.timeout(20_000) });
    expect(await response.json(), path).toMatchObject({ resultInfo: { resultCode: 'INVALID_API' } });
  }
});

test('a request with Sec-Fetch-Site is let in whatever its host: the proxy’s URL is believed', async () => {
  const { status, body } = await readReady({ 'Sec-Fetch-Site': 'none' });
  expect(status).toBe(200);
  expect(body).toMatchObject({ clientId });
});
