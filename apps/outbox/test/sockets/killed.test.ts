// SIGKILL while a request is in flight: between the record that it was begun and that of its outcome.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startWorkerProcess, type WorkerProcess } from '@alipayhk-pass/harness/worker-process';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startGateway } from './gateway.ts';
import { apiToken, startOutbox } from './outbox.ts';

const persistTo = mkdtempSync(join(tmpdir(), 'alipayhk-pass-killed-'));
/** Milliseconds that a reply may take, and for which a request without one holds the next one back after that. */
const [timeout, hold] = [3_000, 2_000];

let gateway: Awaited<ReturnType<typeof startGateway>>;
let worker: WorkerProcess | undefined;

const start = () =>
  startOutbox(startWorkerProcess, persistTo, gateway.url, {
    TIMEOUT_MS: `${timeout}`,
    BACKOFF_MS: '50',
    UNANSWERED_PAUSE_MS: `${hold}`,
  });
const ask = async (method: string, body?: object) => {
  const headers = { Authorization: `Bearer ${apiToken}`, 'Content-Type': 'application/json' };
  const init = { method, headers, ...(body && { body: JSON.stringify(body) }) };
  const response = await fetch(`${worker?.url}/passes/killed`, init);
  return { status: response.status, body: (await response.json()) as { attempts?: { at: number }[]; state?: string } };
};
const put = (points: number) => ask('PUT', { merchantId: '1', userId: '2', points });
const points = () => gateway.applied.map(({ dataInfo }) => dataInfo?.points);

beforeAll(async () => {
  gateway = await startGateway();
  worker = await start();
}, 120_000);
afterAll(async () => {
  await worker?.stop();
  await gateway?.close();
  rmSync(persistTo, { recursive: true, force: true, maxRetries: 5 });
});

test('killed between begin and settle: the same request goes again after its hold, and what is newer after it', {
  timeout: 120_000,
}, async () => {
  gateway.state.replies = false;
  expect(await put(1)).toMatchObject({ status: 202 });
  await expect.poll(points, { timeout: 30_000 }).toEqual([1]);
  await worker?.kill();

  gateway.state.replies = true;
  worker = await start();
  expect(await put(2)).toMatchObject({ status: 202, body: { revision: 2 } });
  await expect.poll(points, { timeout: 60_000 }).toEqual([1, 1, 2]);
  await expect.poll(async () => (await ask('GET')).body.state, { timeout: 30_000 }).toBe('delivered');
  const { attempts = [] } = (await ask('GET')).body;
  expect((attempts[1]?.at ?? 0) - (attempts[0]?.at ?? 0)).toBeGreaterThanOrEqual(timeout + hold);
  expect(attempts).toMatchObject([
    { revision: 1, outcome: 'unknown', code: 'Interrupted' },
    { revision: 1, outcome: 'delivered' },
    { revision: 2, outcome: 'delivered' },
  ]);
});
