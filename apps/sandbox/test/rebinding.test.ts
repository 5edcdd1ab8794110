// What wrangler, between the sandbox and the socket, lets a page do that reached it: after DNS rebinding such a page asks
// under its own name, and with every header that a script may set; wrangler's proxy takes its word for the URL.
import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import { json } from 'node:stream/consumers';
import { expect, inject, test } from 'vitest';

const { url, clientId } = inject('sandbox');

/** What `/sandbox/ready` is answered, asked for under another name. */
async function readReady(headers: Record<string, string>): Promise<{ status: number | undefined; body: unknown }> {
  const Host = `rebound.example:${new URL(url).port}`;
  const asking = request(`${url}/x`, {
    headers: { Host, 'MF-Original-URL': `${url}/sandbox/ready`, ...headers },
    signal: AbortSignal.timeout(20_000),
  });
  const [response] = (await once(asking.end(), 'response')) as [IncomingMessage];
  return { status: response.statusCode, body: await json(response) };
}

test('without Sec-Fetch-Site, which a script cannot write: refused, and no key in the answer', async () => {
  const forged = { 'MF-Sec-Fetch-Site': 'none', 'MF-Sec-Fetch-Mode': 'navigate' };
  const tries: Record<string, string>[] = [{}, { Origin: url }, forged];
  for (const headers of tries) {
    const { status, body } = await readReady(headers);
    expect(status).toBe(403);
    expect(body).toMatchObject({ error: { code: 'Forbidden', issues: [{ path: 'Sec-Fetch-Site' }] } });
  }
});

test('wrangler’s explorer, which would run any SQL, is off: its paths reach the gateway', async () => {
  for (const path of ['/cdn-cgi/local/explorer/', '/cdn-cgi/local/explorer/api/d1/database', '/cdn-cgi/explorer']) {
    const response = await fetch(url + path, { method: 'POST', signal: AbortSignal.timeout(20_000) });
    expect(await response.json(), path).toMatchObject({ resultInfo: { resultCode: 'INVALID_API' } });
  }
});

test('the name proves nothing: with the header the proxy’s URL is believed', async () => {
  const { status, body } = await readReady({ 'Sec-Fetch-Site': 'none' });
  expect(status).toBe(200);
  expect(body).toMatchObject({ clientId });
});
