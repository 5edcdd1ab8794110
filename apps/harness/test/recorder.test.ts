// The recorder between two ends made up for it: what it passes on, what it breaks, and what it keeps.
import type { RequestListener } from 'node:http';
import { afterEach, expect, test } from 'vitest';
import { type Listening, listen } from '../src/listen.ts';
import { type Recorder, startRecorder } from '../src/recorder.ts';

const listening: Listening[] = [];
afterEach(() => Promise.all(listening.splice(0).map((each) => each.close())));

async function start(listener: RequestListener, options?: { idHeader: string }): Promise<Recorder> {
  const [target, recorder] = await Promise.all([listen(listener), startRecorder(options)]);
  listening.push(target, recorder);
  recorder.forwardTo(target.url);
  return recorder;
}

const post = (url: string, init: RequestInit = {}) => fetch(url, { method: 'POST', body: '{"passId":"1"}', ...init });

test('passes a message on with nothing changed but its id, and the response unchanged', async () => {
  const { url, exchanges } = await start(
    async (incoming, outgoing) => {
      const body = (await incoming.toArray()).join('');
      outgoing.writeHead(418, ['A', '1', 'a', '2']);
      outgoing.end(JSON.stringify([incoming.url, incoming.rawHeaders.filter((text) => /custom/i.test(text)), body]));
    },
    { idHeader: 'Custom-Id' },
  );
  const response = await post(`${url}/b?c`, { headers: { 'CUSTOM-name': 'Custom value' } });
  expect([response.status, response.headers.get('a')]).toEqual([418, '1, 2']);
  const text = await response.text();
  expect(JSON.parse(text)).toEqual(['/b?c', ['CUSTOM-name', 'Custom value', 'Custom-Id'], '{"passId":"1"}']);

  expect(exchanges).toHaveLength(1);
  const [exchange] = exchanges;
  expect(exchange).toMatchObject({ id: 1, method: 'POST', httpUri: '/b?c' });
  expect(exchange?.request.body.toString()).toBe('{"passId":"1"}');
  expect(exchange?.request.headers.get('custom-name')).toBe('Custom value');
  expect(exchange?.request.headers.has('custom-id')).toBe(false);
  expect(exchange?.response?.body.toString()).toBe(text);
  expect(exchange?.response?.headers.get('a')).toBe('1, 2');
  await expect.poll(() => exchange?.until).toBeGreaterThan(exchange?.from ?? Number.POSITIVE_INFINITY);
});

test('adds no header unless it is asked to', async () => {
  const { url } = await start(({ rawHeaders }, outgoing) => void outgoing.end(JSON.stringify(rawHeaders)));
  const names = ((await (await post(url)).json()) as string[]).filter((_, index) => index % 2 === 0);
  const own = [
    'host',
    'connection',
    'content-type',
    'content-length',
    'accept',
    'accept-language',
    'sec-fetch-mode',
    'user-agent',
    'accept-encoding',
  ];
  expect(names.map((name) => name.toLowerCase()).filter((name) => !own.includes(name))).toEqual([]);
});

test('breaks the connection of the one end when that of the other breaks', async () => {
  const recorder = await startRecorder();
  listening.push(recorder);
  const forwardTo = async (listener: RequestListener): Promise<void> => {
    const target = await listen(listener);
    listening.push(target);
    recorder.forwardTo(target.url);
  };
  await expect(post(recorder.url)).rejects.toThrow('fetch failed'); // it leads nowhere yet
  await forwardTo((_, outgoing) => {
    outgoing.writeHead(200, { 'Content-Length': '10' }).write('half', () => outgoing.destroy());
  });
  await expect(post(recorder.url).then((response) => response.text())).rejects.toThrow();
  const seen: string[] = [];
  await forwardTo((_, outgoing) => {
    seen.push('request');
    outgoing.on('close', () => seen.push('close'));
  });
  const giveUp = new AbortController();
  const given = post(recorder.url, { signal: giveUp.signal });
  await expect.poll(() => seen).toEqual(['request']);
  expect(recorder.exchanges.at(-1)?.until).toBeUndefined(); // in flight
  giveUp.abort();
  await expect(given).rejects.toThrow('aborted');
  await expect.poll(() => seen).toEqual(['request', 'close']);
  await expect.poll(() => recorder.exchanges.every(({ until }) => until !== undefined)).toBe(true);
  expect(recorder.exchanges.map(({ id, response }) => [id, response])).toEqual([
    [1, undefined],
    [2, undefined],
    [3, undefined],
  ]);
});
