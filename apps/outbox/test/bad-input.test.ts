// Malformed and hostile input: it is refused, and nothing of it is stored.
import { env } from 'cloudflare:workers';
import type { UpdatePassRequest } from '@alipayhk-pass/api/gateway';
import { beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { put, send, update } from './caller.ts';
import { recordingGateway } from './gateway.ts';

let applied: UpdatePassRequest[];
beforeAll(async () => {
  applied = await recordingGateway();
});
beforeEach(() => void vi.spyOn(console, 'log').mockReturnValue());

const wrongId = 'must be well-formed text without control characters';

describe('the token', () => {
  test.each([
    ['twice', `Bearer ${env.API_TOKEN}, Bearer ${env.API_TOKEN}`],
    ['with more behind it', `Bearer ${env.API_TOKEN}x`],
    ['repeated without a blank', `Bearer ${env.API_TOKEN}${env.API_TOKEN}`],
    ['but for its last character', `Bearer ${env.API_TOKEN.slice(0, -1)}`],
    ['but for its first character', `Bearer x${env.API_TOKEN.slice(1)}`],
    ['empty', 'Bearer '],
    ['very long', `Bearer ${'a'.repeat(100_000)}`],
  ])('%s: 401', async (_, Authorization) => {
    expect(await put('S1', update, { Authorization })).toMatchObject({ status: 401 });
  });

  test('nothing of these is kept', async () => {
    expect((await send('GET', '/passes/S1')).status).toBe(404);
  });
});

describe('an id that storage would change', () => {
  test.each(['a\ud800', '\udfffa', 'a\0', '\u001f', '\u0085', '\u007f'])(
    'of a pass in a batch, %j: malformed',
    async (passId) => {
      const lines = [JSON.stringify({ ...update, passId }), JSON.stringify({ ...update, passId: 'S2' })];
      const headers = { 'Content-Type': 'application/x-ndjson' };
      const { status, body } = await send('POST', '/passes:batch', { body: lines.join('\n'), headers });
      expect({ status, ...body }).toMatchObject({
        ...{ status: 202, lines: 2, malformed: 1 },
        malformedLines: [{ line: 1, error: { issues: [{ path: 'passId', message: wrongId }] } }],
      });
    },
  );

  test.each([
    ['PUT', '/passes/%00', update, 'passId'],
    ['PUT', '/members/%0a', { passId: 'S3', merchantId: '1' }, 'userId'],
    ['PUT', '/members/S4', { passId: 'S\ud800', merchantId: '1' }, 'passId'],
    ['POST', '/members/S4/adjustments', { id: 'a\udc00', points: 1 }, 'id'],
    ['POST', '/members/%7f/adjustments', { id: 'a', points: 1 }, 'userId'],
  ])('%s %s: 422', async (method, path, body, issue) => {
    expect(await send(method, path, { body: JSON.stringify(body) })).toMatchObject({
      status: 422,
      body: { error: { code: 'RequestInvalid', issues: [{ path: issue, message: wrongId }] } },
    });
  });

  test('of a close: there is no such pass', async () => {
    expect(await send('DELETE', '/passes/%00')).toMatchObject({ status: 404 });
  });
});

test('names that every object has are fields like others, on the whole way', async () => {
  const body = '{"merchantId":"1","userId":"2","dataInfo":{"__proto__":{"a":1},"constructor":"c","toString":2}}';
  expect(await send('PUT', '/passes/__proto__', { body })).toMatchObject({ status: 202 });
  const more = '{"merchantId":"1","userId":"2","dataInfo":{"constructor":"d"}}';
  expect(await send('PUT', '/passes/__proto__', { body: more })).toMatchObject({ status: 202 });
  await vi.waitFor(() => expect(applied.filter(({ passId }) => passId === '__proto__').length).toBeGreaterThan(0));
  await vi.waitFor(async () =>
    expect((await send('GET', '/passes/__proto__')).body).toMatchObject({ state: 'delivered' }),
  );
  const last = applied.findLast(({ passId }) => passId === '__proto__');
  const all = applied.filter(({ passId }) => passId === '__proto__').map(({ dataInfo }) => JSON.stringify(dataInfo));
  expect(all[0]).toContain('"__proto__":{"a":1}');
  expect(all[0]).toContain('"toString":2');
  expect(last?.dataInfo?.constructor).toBe('d');
});

test('a batch of more lines than it may have: 413, and nothing of it is kept', async () => {
  const body = `${JSON.stringify({ ...update, passId: 'S5' })}${'\nx'.repeat(400_000)}`;
  const headers = { 'Content-Type': 'application/x-ndjson' };
  expect(await send('POST', '/passes:batch', { body, headers })).toMatchObject({
    status: 413,
    body: { error: { code: 'ContentTooLarge', message: 'the body has more than 400000 lines' } },
  });
  expect((await send('GET', '/passes/S5')).status).toBe(404);
});

test('a body longer than it announces, or than it may be, is not read on', async () => {
  const stream = new ReadableStream<Uint8Array>({
    pull: (controller) => controller.enqueue(new Uint8Array(16_384).fill(0x20)), // for ever
  });
  const { status, body } = await send('PUT', '/passes/S6', { body: stream });
  expect({ status, code: body.error.code }).toEqual({ status: 413, code: 'ContentTooLarge' });
});
