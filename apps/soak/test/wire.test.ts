// The wire between two ends made up for it: what it passes on, what it breaks, and what it writes down.
import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, expect, test } from 'vitest';
import { exchangeHeader, startWire } from '../src/fault-run/wire.ts';

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) server.close().closeAllConnections();
});

async function end(listener: RequestListener): Promise<string> {
  const server = createServer(listener).listen(0, '127.0.0.1');
  servers.push(server);
  await once(server, 'listening');
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const post = (url: string, signal?: AbortSignal) =>
  fetch(url, { method: 'POST', body: '{"passId":"1"}', ...(signal && { signal }) });

test('a message goes on unchanged but for its number, and so does the answer', async () => {
  await using started = new AsyncDisposableStack();
  const wire = await startWire();
  started.defer(() => wire.close());
  wire.leadTo(
    await end(async (incoming, outgoing) => {
      const body = (await incoming.toArray()).join('');
      outgoing.writeHead(418, ['A', '1', 'a', '2']);
      outgoing.end(`${incoming.url} ${body} ${incoming.headers[exchangeHeader.toLowerCase()]}`);
    }),
  );
  const answer = await post(`${wire.url}/b?c`);
  expect([answer.status, answer.headers.get('a')]).toEqual([418, '1, 2']);
  expect(await answer.text()).toBe('/b?c {"passId":"1"} 1');
  await expect.poll(() => wire.exchanges).toMatchObject([{ id: 1, passId: '1' }]);
  const [{ from, until }] = wire.exchanges as [(typeof wire.exchanges)[number]];
  expect(until).toBeGreaterThan(from);
});

test('a break on either side is a break on both', async () => {
  await using started = new AsyncDisposableStack();
  const wire = await startWire();
  started.defer(() => wire.close());
  await expect(post(wire.url)).rejects.toThrow('fetch failed'); // it leads nowhere yet
  wire.leadTo(
    await end((_, outgoing) => {
      outgoing.writeHead(200, { 'Content-Length': '10' }).write('half');
      setTimeout(() => outgoing.destroy(), 20);
    }),
  );
  await expect(post(wire.url).then((answer) => answer.text())).rejects.toThrow();
  let closed = 0;
  wire.leadTo(await end((_, outgoing) => void outgoing.on('close', () => closed++)));
  await expect(post(wire.url, AbortSignal.timeout(100))).rejects.toThrow();
  await expect.poll(() => closed).toBe(1);
  await sleep(0);
  await expect.poll(() => wire.exchanges.map(({ id }) => id)).toEqual([1, 2, 3]);
});
