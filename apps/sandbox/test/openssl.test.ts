// A merchant that has OpenSSL and curl and no code of ours, against the Worker in wrangler's local mode.
import { execFile, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { applyMigrations } from '@alipayhk-pass/harness/migrations';
import { type RunningWorker, startWorker } from '@alipayhk-pass/harness/workers';
import { createSandboxClient, type SandboxClient } from '@alipayhk-pass/sandbox/client';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

const run = (command: string, args: string[]) =>
  promisify(execFile)(command, args, { timeout: 30_000, killSignal: 'SIGKILL' });
const configDir = join(import.meta.dirname, '..');
const script = join(configDir, 'openssl-client.sh');
const token = 'token of the sandbox';
const update = {
  merchantId: '2160400000000001',
  userId: '2160220000000001',
  templateCode: 'T1',
  passId: '2024052200000000000001',
  status: 'UPDATE',
  updateDetailType: 'UPDATE_MEMBER_CARD',
  endDate: 1767196799000,
  dataInfo: { billNo: null, lastChangePoints: '50', pointsProvider: 'ALIPAYHK', level: '金卡會員 🏅' },
};
const success = { resultInfo: { resultCode: 'SUCCESS', resultStatus: 'S', resultMessage: 'Success' } };

const missing = ['openssl', 'curl'].filter((command) => spawnSync(command, ['version']).error !== undefined);
const skipped = missing.length > 0 ? `: SKIPPED, this machine has no ${missing.join(' and no ')}` : '';
if (skipped) console.warn(`OpenSSL alone${skipped}`);

describe.skipIf(skipped !== '')(`OpenSSL alone${skipped}`, () => {
  let work: string;
  const file = (name: string): string => join(work, name);
  const text = (name: string): string => readFileSync(file(name), 'utf8');
  let worker: RunningWorker;
  let admin: SandboxClient;

  beforeAll(async () => {
    work = mkdtempSync(join(tmpdir(), 'alipayhk-pass-openssl-'));
    for (const name of ['gateway', 'merchant', 'stranger']) {
      await run('openssl', ['genpkey', ...'-algorithm RSA -pkeyopt rsa_keygen_bits:2048 -out'.split(' '), file(name)]);
      await run('openssl', ['pkey', '-pubout', '-in', file(name), '-out', file(`${name}.pub`)]);
    }
    await applyMigrations({ configDir, persistTo: file('state') });
    const vars = {
      GATEWAY_PRIVATE_KEY: text('gateway'),
      SANDBOX_TOKEN: token,
    };
    worker = await startWorker({ configDir, vars, persistTo: file('state') });
    admin = createSandboxClient(worker.url, { token });
    await admin.setMerchant({ clientId: 'merchant-1', keys: [{ publicKey: text('merchant.pub') }] });
  }, 120_000);

  afterAll(async () => {
    await worker?.stop();
    rmSync(work, { recursive: true, force: true });
    // Gone for good: nothing listens any more.
    if (worker) await expect(fetch(worker.url)).rejects.toThrow('fetch failed');
  }, 20_000);

  /** What the script prints: the reply, verified and decrypted by OpenSSL. */
  async function send(mode: 'plain' | 'encrypted', key: string, body: unknown): Promise<unknown> {
    const url = `${worker.url}/api/open/alipay/v1/ipass/pass/manage/updatePass`;
    const args = [script, mode, url, 'merchant-1', file(key), file('gateway.pub')];
    const sending = run('sh', args);
    sending.child.stdin?.end(JSON.stringify(body));
    return JSON.parse((await sending).stdout);
  }

  test('an update that it seals is applied, and it opens the encrypted reply', { timeout: 60_000 }, async () => {
    const { passId, merchantId, userId, templateCode } = update;
    const pass = { passId, clientId: 'merchant-1', merchantId, userId, templateCode };
    expect(await admin.createPass(pass)).toMatchObject({ status: 'ACTIVE' });

    expect(await send('encrypted', 'merchant', update)).toEqual(success);

    const { dataInfo, endDate } = update;
    expect(await admin.readPass(passId)).toMatchObject({ ...pass, dataInfo, endDate, status: 'ACTIVE', revision: 1 });

    expect(await send('plain', 'merchant', { ...update, status: 'CLOSED' })).toEqual(success);
    expect(await admin.readPass(passId)).toMatchObject({ status: 'CLOSED', revision: 2 });
    expect(await send('encrypted', 'merchant', update)).toMatchObject({
      resultInfo: { resultCode: 'PASS_UPDATE_FAIL' },
    });
  });

  test('an update that is signed with another key is refused', { timeout: 60_000 }, async () => {
    expect(await send('plain', 'stranger', update)).toMatchObject({ resultInfo: { resultCode: 'INVALID_SIGNATURE' } });
    // The reply is encrypted for the merchant: a stranger sees that there is one, and not what it says.
    await expect(send('encrypted', 'stranger', update)).rejects.toThrow('the reply does not decrypt');
  });

  test('a body over the limit is refused', { timeout: 60_000 }, async () => {
    // Not far over it: workerd reads 64 KiB of a body that nobody wants, and then cuts the connection.
    const oversized = { ...update, dataInfo: { note: 'x'.repeat(1024 * 1024) } };
    expect(await send('plain', 'merchant', oversized)).toMatchObject({ resultInfo: { resultCode: 'PARAM_ILLEGAL' } });
  });

  test('the log has the reasons, and no body, key or signature', async () => {
    const refusals = () => worker.output().match(/\{"event":"request-refused".*\}/g) ?? [];
    await expect.poll(() => refusals().filter((line) => line.includes('"merchant-1"')).length).toBe(3);
    const [signature, tooLarge] = refusals().slice(-2);
    expect(signature).toContain('"stage":"signature","resultCode":"INVALID_SIGNATURE"');
    expect(tooLarge).toContain('"stage":"body","resultCode":"PARAM_ILLEGAL","name":"BodyTooLarge"');
    expect(worker.output()).not.toMatch(/BEGIN|signature=|lastChangePoints/);
  });
});
