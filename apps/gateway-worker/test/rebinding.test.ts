// A page that reached the sandbox by DNS rebinding asks as any client can, under its own name, and with every header that
// a script may set; wrangler's proxy takes its word for the URL.
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
  for (const headers of [{}, { Origin: url }, { 'MF-Sec-Fetch-Site': 'none', 'MF-Sec-Fetch-Mode': 'navigate' }]) {
    const { status, body } = await readReady(headers);
    expect(status).toBe(403);
    expect(body).toMatchObject({ error: { code: 'Forbidden', issues: [{ path: 'Sec-Fetch-Site' }] } });
  }
});

test('the name proves nothing: with the header the proxy’s URL is believed', async () => {
  const { status, body } = await readReady({ 'Sec-Fetch-Site': 'none' });
  expect(status).toBe(200);
  expect(body).toMatchObject({ clientId });
});
