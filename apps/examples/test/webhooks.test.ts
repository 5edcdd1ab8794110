/** The example that receives AlipayHK's calls on Node's HTTP server, called by AlipayHK's end and by strangers. */
import { cpSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { importPrivateKey, importPublicKey, RSA_AES } from '@alipayhk-pass/api';
import { createNotifier, type Notifier } from '@alipayhk-pass/api/gateway';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { type Child, startServer } from './harness.ts';
import { app } from './packed.ts';
import { copyExample, writeEnv } from './project.ts';
import { billOf, sandboxVariables } from './sandbox.ts';

const success = { resultInfo: { resultCode: 'SUCCESS', resultStatus: 'S' } };

describe.each([
  { runtime: 'Node', file: 'webhooks.ts', command: process.execPath },
  // It does not strip types; the program has none.
  { runtime: 'Node 20', file: 'webhooks.mjs', command: join(app, 'node_modules/node20/bin/node') },
])('webhooks.ts on $runtime', ({ file, command }) => {
  let folder: string;
  let server: Child | undefined;
  let port: number;
  beforeAll(async () => {
    folder = await copyExample('node');
    cpSync(join(folder, 'webhooks.ts'), join(folder, 'webhooks.mjs'));
    writeEnv(folder, sandboxVariables());
    const variables = { MERCHANT_TAG: 'merchant', PORT: '0' };
    server = startServer(command, ['--env-file=.env', file], { cwd: folder, variables });
    port = Number((await server.printed(/^listening .*port: (\d+)/m))[1]);
  });
  afterAll(async () => {
    await server?.stop();
    rmSync(folder, { recursive: true });
  });

  const notifier = async (key: 'gatewayPrivateKey' | 'merchantPrivateKey', encrypts = true): Promise<Notifier> => {
    const { clientId, keys } = inject('sandbox');
    return createNotifier({
      baseUrl: `http://127.0.0.1:${port}`,
      tag: 'merchant',
      clientId,
      privateKey: await importPrivateKey(keys[key]),
      publicKey: await importPublicKey(keys.merchantPublicKey),
      ...(encrypts && { encryption: RSA_AES }),
    });
  };
  /** What it replies to these bytes. */
  const send = (bytes: string): Promise<string> => text(connect(port, '127.0.0.1').end(bytes));

  test.each([true, false])('replies S, and grants points once for a repeated bill; encrypted: %s', async (encrypts) => {
    const alipayhk = await notifier('gatewayPrivateKey', encrypts);
    for (let call = 0; call < 3; call += 1) {
      expect(await alipayhk.notifyBill(billOf(`B-${encrypts}`))).toMatchObject(success);
    }
    expect(server?.output().split(`grant points for B-${encrypts}\n`)).toHaveLength(2);
    expect(await alipayhk.createMembercard({ userId: 'U1', mobileNo: '85251234567' })).toMatchObject(success);
  });

  test('refuses a call that AlipayHK did not sign, and prints why', async () => {
    const stranger = await notifier('merchantPrivateKey');
    await expect(stranger.notifyBill(billOf('B-stranger'))).rejects.toMatchObject({
      code: 'ResponseUnexpected',
      message: 'received HTTP status 401; expected 200',
    });
    await server?.printed(/^refused .*SignatureVerificationFailed/m);
    expect(server?.output()).not.toContain('B-stranger');
  });

  test.each([
    ['404', 'another path', 'POST /other HTTP/1.1'],
    ['401', 'GET', 'GET /merchant/points/bill/notify HTTP/1.1'],
    ['400', 'a method that Request refuses', 'TRACE / HTTP/1.1'],
  ])('replies %s to %s, and goes on', async (status, _, line) => {
    const reply = await send(`${line}\r\nHost: a\r\nContent-Length: 0\r\nConnection: close\r\n\r\n`);
    expect(reply).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
    expect(await (await notifier('gatewayPrivateKey')).notifyBill(billOf(`B-${line}`))).toMatchObject(success);
  });
});
