// AlipayHK's calls over sockets, to a Worker that is ended between award and delivery, and started anew on its storage.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createNotifier } from '@alipayhk-pass/api/gateway';
import { type RunningWorker, startWorker } from '@alipayhk-pass/harness/workers';
import { importPrivateKey, importPublicKey, RSA_AES, sealRequest } from '@alipayhk-pass/message-security';
import { afterAll, beforeAll, expect, test } from 'vitest';
import keys from '../../../../spec/vectors/keys.json' with { type: 'json' };
import { clientId, startGateway } from './gateway.ts';
import { apiToken, startOutbox } from './outbox.ts';

const persistTo = mkdtempSync(join(tmpdir(), 'alipayhk-pass-notifications-'));
const userId = '2160220000000001';
const resultInfo = { resultCode: 'SUCCESS', resultStatus: 'S' };
const success = { resultInfo, result: resultInfo };
const privateKey = await importPrivateKey(keys.gateway.privateKey);
const publicKey = await importPublicKey(keys.merchant.publicKey);

let gateway: Awaited<ReturnType<typeof startGateway>>;
let worker: RunningWorker | undefined;

const start = () =>
  startOutbox(startWorker, persistTo, gateway.url, { MERCHANT_TAG: 'noodle-house', UNANSWERED_PAUSE_MS: '100' });
const merchantUrl = () => worker?.url ?? expect.fail('the Worker does not run');
const alipayhk = (encryption?: typeof RSA_AES) =>
  createNotifier({ baseUrl: merchantUrl(), tag: 'noodle-house', clientId, privateKey, publicKey, encryption });
const billOf = (number: number, value: number) => ({
  userId,
  billNo: `202405222100000000000000000${number}`,
  orderAmount: { currency: 'HKD', value },
  payTime: '2024-05-22T06:42:21+08:00',
  pointsProvider: 'ALIPAYHK',
});
const members = async (method: string, body?: object) => {
  const headers = { Authorization: `Bearer ${apiToken}`, 'Content-Type': 'application/json' };
  const init = { method, headers, ...(body && { body: JSON.stringify(body) }) };
  const response = await fetch(`${merchantUrl()}/members/${userId}`, init);
  return (await response.json()) as { points: number; bills: number };
};

beforeAll(async () => {
  gateway = await startGateway();
  worker = await start();
}, 120_000);
afterAll(async () => {
  await worker?.stop();
  await gateway?.close();
  rmSync(persistTo, { recursive: true, force: true, maxRetries: 5 });
});

test('answered S, ended at once, started anew: the card gets the points, and a repetition none', {
  timeout: 120_000,
}, async () => {
  gateway.state.reachable = false;
  await members('PUT', { passId: '2024052200000000000001', merchantId: '2160400000000001' });
  const calls = Array.from({ length: 20 }, () => alipayhk().notifyBill(billOf(1, 12_050)));
  expect(await Promise.all(calls)).toEqual(calls.map(() => success));
  expect(await alipayhk(RSA_AES).notifyBill(billOf(2, 500))).toEqual(success);
  await worker?.stop();
  expect(gateway.applied).toEqual([]);

  gateway.state.reachable = true;
  worker = await start();
  expect(await alipayhk().notifyBill(billOf(1, 12_050))).toEqual(success);
  expect(await members('GET')).toMatchObject({ points: 125, bills: 2 });
  await expect.poll(() => gateway.applied.at(-1)?.dataInfo?.points, { timeout: 30_000 }).toBe(125);
  expect(gateway.applied.at(-1)).toMatchObject({ passId: '2024052200000000000001', userId, status: 'UPDATE' });
});

test('wrong calls: unsigned, with the status of the README, and no points', async () => {
  const before = await members('GET');
  const body = JSON.stringify(billOf(3, 900));
  const send = async (path: string, change: (sealed: Request) => Promise<RequestInit>, now = Date.now()) => {
    const sealed = await sealRequest(new Request(`${merchantUrl()}${path}`, { method: 'POST', body }), {
      clientId,
      privateKey,
      now: () => now,
    });
    const response = await fetch(sealed.url, { method: 'POST', headers: sealed.headers, ...(await change(sealed)) });
    return [response.status, response.headers.has('Signature')];
  };
  const path = '/noodle-house/points/bill/notify';
  const asSealed = async (sealed: Request) => ({ body: await sealed.text() });
  expect(await send(path, async () => ({ body: body.replace('900', '999') }))).toEqual([401, false]);
  expect(await send(path, asSealed, Date.now() - 600_000)).toEqual([401, false]);
  expect(await send('/rice-house/points/bill/notify', asSealed)).toEqual([404, false]);
  expect(await send('/noodle-house/points/bill/notifies', asSealed)).toEqual([401, false]); // no route: asks for the token
  expect(await members('GET')).toMatchObject({ points: before.points, bills: before.bills });
  expect(await alipayhk().notifyBill(billOf(3, 900))).toEqual(success);
});
