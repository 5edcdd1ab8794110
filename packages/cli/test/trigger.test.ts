import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { importPrivateKey, importPublicKey, RSA_AES } from '@alipayhk-pass/api';
import { createWebhooks, type NotifyBillRequest, type ResultInfo } from '@alipayhk-pass/api/webhooks';
import { describe, expect, it } from 'vitest';
import { clientId, done, serve } from './gateway.ts';
import { folderWithKeys, keys, pem } from './keys.ts';
import { run, runtimes, temporaryFolder } from './runtimes.ts';

async function startMerchant(reply: (count: number) => ResultInfo = () => done) {
  const bills: NotifyBillRequest[] = [];
  const members: object[] = [];
  const webhooks = createWebhooks({
    tag: 'shop',
    encryption: RSA_AES,
    clientId,
    privateKey: await importPrivateKey(pem(keys.merchant.privateKey)),
    publicKey: await importPublicKey(pem(keys.gateway.publicKey)),
    notifyBill: (bill) => reply(bills.push(bill)),
    createMembercard: (request) => ({ resultInfo: reply(members.push(request)) }),
  });
  const to = await serve((request) => webhooks(request));
  const settings = {
    gatewayPrivateKeyFile: 'gateway-private-key.pem',
    ownPublicKeyFile: 'merchant-public-key.pem',
    merchantTag: 'shop',
  };
  return { cwd: folderWithKeys({ ...settings, merchantUrl: to }), bills, members };
}

const unknown: ResultInfo = { resultCode: 'UNKNOWN_EXCEPTION', resultStatus: 'U' };

describe.each(runtimes)('trigger on $name', (runtime) => {
  it('sends a bill with the fields of a file and of flags, and exits with 0', async () => {
    const { cwd, bills } = await startMerchant();
    writeFileSync(join(cwd, 'bill.json'), '{"billNo":"B1","merchantName":"Shop"}');
    const ended = await run(['trigger', 'bill', 'bill.json', '--user-id', 'U1', '--data', 'outBillNo=O1'], {
      cwd,
      runtime,
    });
    expect(ended).toMatchObject({ code: 0, stderr: '' });
    expect(bills).toMatchObject([
      { billNo: 'B1', merchantName: 'Shop', userId: 'U1', outBillNo: 'O1', pointsProvider: 'ALIPAYHK' },
    ]);
  });

  it("repeats a bill by AlipayHK's timetable until the reply is S", async () => {
    const { cwd, bills } = await startMerchant((count) => (count < 3 ? unknown : done));
    const args = ['trigger', 'bill', '--user-id', 'U1', '--repeat', '--speed', '100000', '--json'];
    const ended = await run(args, { cwd, runtime });
    expect(ended.code).toBe(0);
    expect(JSON.parse(ended.stdout).attempts).toMatchObject([{ at: 0 }, { at: 120 }, { at: 720, exitCode: 0 }]);
    expect(new Set(bills.map(({ billNo }) => billNo)).size).toBe(1);
  });
});

describe('trigger', () => {
  it('makes all eight calls with --always', async () => {
    const { cwd, bills } = await startMerchant();
    const ended = await run(['trigger', 'bill', '--user-id', 'U1', '--repeat', '--always', '--speed', '200000'], {
      cwd,
    });
    expect(ended.code).toBe(0);
    expect(
      ended.stdout
        .trim()
        .split('\n')
        .map((line) => Number(line.slice(1, 8))),
    ).toEqual([0, 120, 720, 1320, 4920, 12120, 33720, 87720]);
    expect(bills).toHaveLength(8);
  });

  it("fills in the sandbox's member where no member is given", async () => {
    const { cwd, bills } = await startMerchant();
    expect((await run(['trigger', 'bill'], { cwd })).code).toBe(0);
    expect(bills).toMatchObject([{ userId: '2160220000000001' }]);
  });

  it('goes on with --repeat after an HTTP status, as AlipayHK does', async () => {
    const { cwd } = await startMerchant();
    const args = ['trigger', 'bill', '--tag', 'other', '--repeat', '--speed', '200000', '--json'];
    const ended = await run(args, { cwd });
    expect(JSON.parse(ended.stdout).attempts).toHaveLength(8);
    expect(ended.code).toBe(3);
  });

  it('names every setting that is missing, and exits with 2', async () => {
    const ended = await run(['trigger', 'bill'], { cwd: temporaryFolder() });
    expect(ended.code).toBe(2);
    for (const name of ['MERCHANT_URL', 'MERCHANT_TAG', 'CLIENT_ID', 'GATEWAY_PRIVATE_KEY', 'MERCHANT_PUBLIC_KEY'])
      expect(ended.stderr).toContain(name);
  });

  it('asks for a membercard, encrypted', async () => {
    const { cwd, members } = await startMerchant();
    const args = ['trigger', 'membercard', '--user-id', 'U1', '--data', 'mobileNo=85290000000', '--encrypt'];
    expect((await run(args, { cwd })).code).toBe(0);
    expect(members).toEqual([{ userId: 'U1', mobileNo: '85290000000' }]);
  });

  it.each([
    ['a mobileNo, where neither is given', [], { mobileNo: expect.stringMatching(/^852\d{8}$/) }],
    ['nothing, where a mobileNo is given', ['--data', 'mobileNo=85291234567'], { mobileNo: '85291234567' }],
    ['nothing, where a userEmail is given', ['--data', 'userEmail=a@b.hk'], { userEmail: 'a@b.hk' }],
    ['nothing, where the mobileNo given does not fit', ['--data', 'mobileNo:=1'], undefined],
  ])('fills in, of a membercard, %s', async (_, args, filled) => {
    const { cwd, members } = await startMerchant();
    const ended = await run(['trigger', 'membercard', ...args], { cwd });
    expect(ended.code).toBe(filled ? 0 : 3);
    expect(members).toEqual(filled ? [{ userId: '2160220000000001', ...filled }] : []);
  });

  it.each([
    ['3 for F', ['bill', '--data', 'orderAmount=100'], 3, 'PARAM_ILLEGAL'],
    [
      '3 for a tag that the merchant does not have',
      ['bill', '--user-id', 'U1', '--tag', 'other'],
      3,
      'received HTTP status 404; expected 200; the merchant refused the call, and its onRefusal has the reason',
    ],
    [
      '3 for a call that another key signed',
      ['bill', '--gateway-private-key', 'merchant-private-key.pem'],
      3,
      'received HTTP status 401; expected 200; the merchant refused the call, and its onRefusal has the reason',
    ],
    [
      '5 for a reply of another key',
      ['bill', '--user-id', 'U1', '--own-public-key', 'gateway-public-key.pem'],
      5,
      'the signature does not verify',
    ],
  ])('exits with %s', async (_, args, code, text) => {
    const { cwd } = await startMerchant();
    const ended = await run(['trigger', ...args], { cwd });
    expect(ended.code).toBe(code);
    expect(ended.stdout).toContain(text);
  });

  it.each([
    ['another call', ['order'], 'unknown call "order"; expected bill or membercard'],
    ['no call', [], 'an argument is missing; expected alipayhk-pass trigger bill|membercard [FILE]'],
    ['a body that is no object', ['bill', 'merchant-public-key.pem'], 'the body is not JSON'],
  ])('exits with 2 for %s', async (_, args, text) => {
    const { cwd } = await startMerchant();
    expect(await run(['trigger', ...args], { cwd })).toEqual({
      code: 2,
      stdout: '',
      stderr: `alipayhk-pass: ${text}\n`,
    });
  });
});
