// A handler on a socket: requests and responses as they are, and a connection that breaks.
import { request } from 'node:http';
import { json } from 'node:stream/consumers';
import { expect, test } from 'vitest';
import { serve } from '../src/serve.ts';

test('hands the request to the handler and sends its response', async () => {
  const { url, close } = await serve(async (received) => {
    const { method, headers } = received;
    const body = [method, received.url, headers.get('Host'), headers.get('A'), await received.text()];
    return Response.json(body, {
      status: 201,
      headers: [
        ['Set-Cookie', 'a=1'],
        ['Set-Cookie', 'b=2'],
      ],
    });
  });
  try {
    const response = await fetch(`${url}/path?query`, {
      method: 'PUT',
      headers: [
        ['A', '1'],
        ['A', '2'],
      ],
      body: '金卡',
    });
    expect([response.status, response.headers.getSetCookie()]).toEqual([201, ['a=1', 'b=2']]);
    expect(await response.json()).toEqual(['PUT', `${url}/path?query`, url.slice(7), '1, 2', '金卡']);
    // The host that the client names, whatever the address.
    const asking = request(url, { headers: { Host: 'named.example' } }).end();
    const named = await new Promise<Parameters<typeof json>[0]>((resolve) => asking.once('response', resolve));
    expect(await json(named)).toEqual(['GET', 'http://named.example/', 'named.example', null, '']);
  } finally {
    await close();
  }
  await expect(fetch(url)).rejects.toThrow('fetch failed');
});

test('breaks the connection when the handler throws', async () => {
  const { url, close } = await serve(() => {
    throw new Error('not reachable');
  });
  await expect(fetch(url)).rejects.toThrow('fetch failed');
  await close();
});
