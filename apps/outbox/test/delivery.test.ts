/** The whole way, in workerd: accepted, begun, sent, settled. */
import { env } from 'cloudflare:workers';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { put, send, update, view } from './caller.ts';
import { recordingGateway } from './gateway.ts';

beforeEach(() => {
  for (const level of ['log', 'error'] as const) vi.spyOn(console, level).mockReturnValue();
});
afterEach(() => void vi.restoreAllMocks());

test('an update is accepted with a revision and delivered', async () => {
  const applied = await recordingGateway();
  const { status, body, headers } = await put('way-1', { ...update, points: 880, level: '金卡' });
  expect(status).toBe(202);
  expect(body).toEqual({ passId: 'way-1', revision: 1 });
  expect(headers.get('ETag')).toBe('"1"');
  await vi.waitFor(async () => expect(await view('way-1')).toMatchObject({ state: 'delivered', delivered: 1 }), 5_000);
  expect(applied).toEqual([
    {
      ...update,
      passId: 'way-1',
      status: 'UPDATE',
      updateDetailType: 'UPDATE_MEMBER_CARD',
      dataInfo: { ...update.dataInfo, points: 880, level: '金卡' },
    },
  ]);
});

test('a batch is accepted, delivered and counted', async () => {
  const applied = await recordingGateway();
  const lines = Array.from({ length: 50 }, (_, index) =>
    JSON.stringify({ ...update, passId: `batch-${index}`, points: index }),
  );
  const { status, body } = await send('POST', '/passes:batch', {
    body: `${lines.join('\n')}\n`,
    headers: { 'Content-Type': 'application/x-ndjson' },
  });
  expect({ status, body }).toMatchObject({ status: 202, body: { lines: 50, malformed: 0 } });
  await vi.waitFor(async () => {
    const batch = await send('GET', `/batches/${body.batchId}`);
    expect(batch.body).toMatchObject({ lines: 50, accepted: 50, delivered: 50, pending: 0 });
  }, 10_000);
  expect(applied).toHaveLength(50);
  expect(env.SHARDS).toBe('3');
});
