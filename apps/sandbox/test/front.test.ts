// The front before the Worker: what it passes on, and how it spells what comes back.
import { once } from 'node:events';
import { type IncomingMessage, type RequestListener, request } from 'node:http';
import { connect } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { listen } from '@alipayhk-pass/harness/listen';
import { expect, onTestFinished, test } from 'vitest';
import { startFront } from '../starter/front.ts';

/** A front before something in the place of the Worker. */
async function frontBefore(worker: RequestListener): Promise<string> {
  const { url, close } = await listen(worker);
  const front = await startFront(0, url);
  onTestFinished(() => Promise.all([front.close(), close()]).then(() => undefined));
  return front.url;
}

/** The reply to a request that is written by hand, as bytes. */
async function exchange(url: string, lines: string[], body = ''): Promise<string> {
  const socket = connect(Number(new URL(url).port), '127.0.0.1');
  socket.write([...lines, '', body].join('\r\n'));
  return (await buffer(socket)).toString();
}

test('a request passes with its method, path, headers and body as they are', async () => {
  let received:
    | { method?: string | undefined; url?: string | undefined; rawHeaders: string[]; body: string }
    | undefined;
  const url = await frontBefore(async (incoming, outgoing) => {
    const { method, url: path, rawHeaders } = incoming;
    received = { method, url: path, rawHeaders, body: (await buffer(incoming)).toString() };
    outgoing.end('ok');
  });
  const lines = ['POST /a/%2e%2e?x=1&x=2 HTTP/1.1', 'Host: name.example:1', 'sIGNATURE: a=b, c', 'X: 1', 'X: 2'];
  await exchange(url, [...lines, 'Content-Length: 4', 'Connection: close', ''].slice(0, -1), 'body');
  expect(received).toMatchObject({ method: 'POST', url: '/a/%2e%2e?x=1&x=2', body: 'body' });
  expect(received?.rawHeaders.slice(0, 8)).toEqual([
    ...['Host', 'name.example:1', 'sIGNATURE', 'a=b, c', 'X', '1', 'X', '2'],
  ]);
});

test('headers that steer wrangler’s proxy are left out, in whatever case', async () => {
  const url = await frontBefore(({ rawHeaders }, outgoing) => void outgoing.end(rawHeaders.join('\n')));
  const headers = ['MF-Original-URL: http://127.0.0.1/sandbox', 'mf-original-url: x', 'Mf-Anything: x', 'X-MF: kept'];
  const reply = await exchange(url, ['GET / HTTP/1.1', 'Host: h', ...headers, 'Connection: close']);
  expect(reply).toContain('X-MF\nkept');
  expect(reply).not.toMatch(/original|anything/i);
});

test.each([
  [{ signature: 's', 'tracer-id': 't' }, ['signature', 'tracer-id', 'content-type']],
  [{ Signature: 's', 'Tracer-Id': 't' }, ['Signature', 'Tracer-Id', 'Content-Type']],
  [{ server: 'proxy' }, ['server', 'content-type']],
  [{ Server: 'proxy' }, ['Server', 'Content-Type']],
])('Content-Type, which workerd spells in its own way, is spelled like the others: %j', async (headers, names) => {
  const url = await frontBefore((_, outgoing) => {
    outgoing.writeHead(200, { ...headers, 'Content-Type': 'text/plain' }).end('x');
  });
  const reply = await exchange(url, ['GET / HTTP/1.1', 'Host: h', 'Connection: close']);
  for (const name of names) expect(reply).toContain(`\r\n${name}: `);
});

test('a connection that the Worker breaks is broken, after what was sent', async () => {
  const url = await frontBefore((_, outgoing) => {
    outgoing.writeHead(200, { 'Content-Length': 10 }).write('half', () => setTimeout(() => outgoing.destroy(), 50));
  });
  const reply = await exchange(url, ['GET / HTTP/1.1', 'Host: h']);
  expect(reply).toMatch(/\r\n\r\nhalf$/);
});

test('a caller that leaves ends the request at the Worker', async () => {
  let left = false;
  const url = await frontBefore((_, outgoing) => {
    outgoing.once('close', () => {
      left = true;
    });
  });
  const asking = request(url);
  asking.on('error', () => undefined).end();
  await once(asking, 'socket');
  setTimeout(() => asking.destroy(), 100);
  await expect.poll(() => left, { timeout: 20_000 }).toBe(true);
});

test('a reply to a body that the Worker does not read arrives', async () => {
  const url = await frontBefore((_, outgoing) => {
    outgoing.writeHead(413, { Connection: 'close' }).end('too long');
  });
  const asking = request(url, { method: 'POST', headers: { 'Content-Length': 5_000_000 } });
  asking.on('error', () => undefined);
  asking.write('x'.repeat(100_000));
  const [response] = (await once(asking, 'response')) as [IncomingMessage];
  expect([response.statusCode, (await buffer(response)).toString()]).toEqual([413, 'too long']);
  asking.destroy();
});

test('startFront rejects for a port that is in use', async () => {
  const { url, close } = await listen((_, outgoing) => void outgoing.end());
  onTestFinished(close);
  await expect(startFront(Number(new URL(url).port), url)).rejects.toThrow('EADDRINUSE');
});
