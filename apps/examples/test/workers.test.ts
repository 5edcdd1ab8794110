/** The examples that are Workers, in workerd: they update passes of the sandbox, and AlipayHK calls them. */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { createNotifier, type Notifier } from '@alipayhk-pass/api/gateway';
import { importPrivateKey, importPublicKey, RSA_AES } from '@alipayhk-pass/message-security';
import type { D1Database, KVNamespace } from '@cloudflare/workers-types';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { applyMigrations, readStored, startWorker } from './harness.ts';
import { copyExample, fillIn } from './project.ts';
import { billOf, entriesOf, entryOf, fail, freshPass, passOf } from './sandbox.ts';

/** What the two Workers store of AlipayHK's calls, read once they have stopped. */
const storages = {
  worker: (folder: string, persistTo: string) =>
    readStored(folder, persistTo, async ({ DB }: { DB: D1Database }) => ({
      bills: (await DB.prepare('SELECT bill_no FROM bills').all<{ bill_no: string }>()).results.map(
        (row) => row.bill_no,
      ),
      members: (await DB.prepare('SELECT user_id FROM members').all<{ user_id: string }>()).results.map(
        (row) => row.user_id,
      ),
    })),
  hono: (folder: string, persistTo: string) =>
    readStored(folder, persistTo, async ({ RECORDS }: { RECORDS: KVNamespace }) => {
      const names = async (prefix: string) =>
        (await RECORDS.list({ prefix })).keys.map(({ name }) => name.slice(prefix.length));
      return { bills: await names('bills/'), members: await names('members/') };
    }),
};

const resultInfo = { resultCode: 'SUCCESS', resultStatus: 'S' };
const success = { resultInfo, result: resultInfo };

describe.each(['first-worker', 'worker', 'hono'] as const)('the example %s', (example) => {
  let folder: string;
  let vars: Record<string, string>;
  let worker: { url: string; output(): string; stop(): Promise<void> } | undefined;
  const persistTo = () => join(folder, '.wrangler/state');

  beforeAll(async () => {
    folder = await copyExample(example);
    const { url, clientId, keys } = inject('sandbox');
    vars = fillIn(folder, '.dev.vars.example', {
      API_TOKEN: 'token-of-the-tests',
      CLIENT_ID: clientId,
      ...(example !== 'first-worker' && { MERCHANT_TAG: 'merchant' }),
      MERCHANT_PRIVATE_KEY: keys.merchantPrivateKey,
      ALIPAYHK_PUBLIC_KEY: keys.gatewayPublicKey,
      GATEWAY_URL: url,
    });
    if (example === 'worker') await applyMigrations({ configDir: folder, persistTo: persistTo() });
    worker = await startWorker({ configDir: folder, persistTo: persistTo(), vars });
  });
  afterAll(async () => {
    await worker?.stop();
    rmSync(folder, { recursive: true });
  });

  const post = async (body: string, token = 'token-of-the-tests', url = worker?.url) => {
    const headers = { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json' };
    const response = await fetch(`${url}/updates`, { method: 'POST', headers, body });
    const text = await response.text();
    return { status: response.status, body: text.startsWith('{') ? JSON.parse(text) : text };
  };
  const updateOf = (passId: string): string => {
    const { merchantId, userId } = inject('sandbox').pass;
    const update = { merchantId, userId, passId, status: 'UPDATE', updateDetailType: 'UPDATE_MEMBER_CARD' };
    return JSON.stringify({ ...update, dataInfo: { level: '金卡' } });
  };
  /** AlipayHK's end: with its own key, or with the key of a stranger. */
  const notifier = async (key: 'gatewayPrivateKey' | 'merchantPrivateKey' = 'gatewayPrivateKey'): Promise<Notifier> => {
    const { clientId, keys } = inject('sandbox');
    return createNotifier({
      baseUrl: worker?.url ?? '',
      tag: 'merchant',
      clientId,
      privateKey: await importPrivateKey(keys[key]),
      publicKey: await importPublicKey(keys.merchantPublicKey),
      encryption: RSA_AES,
    });
  };
  const customer = (userId: string) => ({ userId, mobileNo: '85251234567' });

  test('updates the pass, encrypted, and replies with the tracer id', async () => {
    const passId = await freshPass();
    const { status, body } = await post(updateOf(passId));
    expect(status, worker?.output()).toBe(200);
    expect(await entryOf(body.tracerId)).toMatchObject({ passId, applied: true, encrypted: true });
    expect(await passOf(passId)).toMatchObject({ level: '金卡', revision: 1 });
  });

  test('replies 409 with the result when AlipayHK refuses the update', async () => {
    const passId = `unknown-${example}`;
    const { status, body } = await post(updateOf(passId));
    expect(status).toBe(409);
    expect(body).toMatchObject({ code: 'ResultNotSuccess', resultInfo: { resultCode: 'PASS_HAS_NOT_EXIST' } });
    expect(await entryOf(body.tracerId)).toMatchObject({ passId, applied: false });
  });

  test('replies 502 when the reply of AlipayHK is an HTTP error', async () => {
    const passId = await freshPass();
    await fail(passId, 'http-502');
    expect(await post(updateOf(passId))).toMatchObject({ status: 502, body: { code: 'ResponseUnexpected' } });
  });

  test('replies 400 and sends nothing when the update does not fit the contract', async () => {
    const passId = await freshPass();
    const update = JSON.stringify({ ...JSON.parse(updateOf(passId)), merchantId: 1 });
    const { status, body } = await post(update);
    expect(status).toBe(400);
    expect(body).toMatchObject({ code: 'RequestInvalid', issues: [{ path: 'merchantId' }] });
    expect(await entriesOf(passId)).toEqual([]);
  });

  test('replies 400 when the body is not JSON', async () => {
    expect(await post('{')).toMatchObject({ status: 400, body: { code: 'NotJson' } });
  });

  test('replies 401 and sends nothing for another token', async () => {
    const passId = await freshPass();
    expect(await post(updateOf(passId), 'another-token')).toMatchObject({ status: 401 });
    expect(await entriesOf(passId)).toEqual([]);
  });

  test('replies 401 to every token when API_TOKEN is not set', async () => {
    const { API_TOKEN: _, ...rest } = vars;
    const open = await startWorker({ configDir: folder, vars: rest });
    const replies = await Promise.all(['', 'undefined', 'null'].map((token) => post('{}', token, open.url)));
    await open.stop();
    expect(replies.map(({ status }) => status)).toEqual([expect.any(Number), 401, 401]);
    expect([400, 401]).toContain(replies[0]?.status); // Hono replies 400 to a header of another form
  });

  if (example === 'first-worker') return; // AlipayHK does not call it

  test('stores what AlipayHK sends, once for a repeated call, and nothing that AlipayHK did not sign', async () => {
    const alipayhk = await notifier();
    expect(await alipayhk.notifyBill(billOf('B1'))).toEqual(success);
    expect(await alipayhk.notifyBill(billOf('B1'))).toEqual(success);
    expect(await alipayhk.createMembercard(customer('U1'))).toEqual(success);
    const stranger = await notifier('merchantPrivateKey');
    await expect(stranger.notifyBill(billOf('B2'))).rejects.toMatchObject({ code: 'ResponseUnexpected' });
    await expect(stranger.createMembercard(customer('U2'))).rejects.toMatchObject({ code: 'ResponseUnexpected' });
    await worker?.stop();
    expect(await storages[example](folder, persistTo())).toEqual({ bills: ['B1'], members: ['U1'] });
  });
});
