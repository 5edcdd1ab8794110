/** The examples that are one script, run with the command that they name, against the sandbox. */
import { generateKeyPairSync } from 'node:crypto';
import { readFileSync, rmSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { run } from './harness.ts';
import { app } from './packed.ts';
import { copyExample, manifestOf, writeEnv } from './project.ts';
import { entriesOf, entryOf, fail, freshPass, passOf, sandboxVariables } from './sandbox.ts';

const bin = join(app, 'node_modules/.bin');
const denoTasks = JSON.parse(readFileSync(join(app, 'deno/deno.json'), 'utf8')).tasks;
// Deno would install from a registry what its file names; here it is installed already.
const installed = 'deno run --cached-only --no-lock --node-modules-dir=manual';

const node = manifestOf('node').scripts.start;
// It does not strip types; the example has none.
const node20 = join(app, 'node_modules/node20/bin/node');

describe.each([
  { runtime: 'Node', example: 'node', command: node },
  { runtime: 'Node 20', example: 'node', command: `cp update.ts update.mjs && ${node20} --env-file=.env update.mjs` },
  { runtime: 'Bun', example: 'bun', command: manifestOf('bun').scripts.start },
  { runtime: 'Deno', example: 'deno', command: denoTasks.start.replace('deno run', installed) },
] as const)('the example for $runtime', ({ runtime, example, command }) => {
  let folder: string;
  beforeAll(async () => {
    folder = await copyExample(example);
    writeEnv(folder, sandboxVariables());
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  const start = (args: string[] = [], changes: Record<string, string> = {}) => {
    const variables = { ...changes, PATH: `${bin}${delimiter}${process.env.PATH}` };
    return run('/bin/sh', ['-c', `${command} "$@"`, 'sh', ...args], { cwd: folder, variables });
  };

  test('updates the pass, encrypted, and prints the tracer id', async () => {
    const passId = await freshPass();
    const { code, stdout, stderr } = await start([passId, '金卡']);
    expect(code, stderr).toBe(0);
    const [, tracerId = ''] = /^updated (\w+)$/m.exec(stdout) ?? [];
    expect(await entryOf(tracerId)).toMatchObject({ passId, applied: true, encrypted: true });
    expect(await passOf(passId)).toMatchObject({ level: '金卡', revision: 1 });
  });

  test('updates the ready pass of the sandbox without arguments', async () => {
    const { passId } = inject('sandbox').pass;
    const { revision } = await passOf(passId);
    const { code, stderr } = await start();
    expect(code, stderr).toBe(0);
    expect(await passOf(passId)).toMatchObject({ level: '金卡', revision: revision + 1 });
  });

  test('ends with status 1 and names the code when AlipayHK refuses the update', async () => {
    const passId = `unknown-${runtime}`;
    const { code, stderr } = await start([passId, '金卡']);
    expect(code).toBe(1);
    expect(stderr).toMatch(/^ResultNotSuccess .*PASS_HAS_NOT_EXIST.*\nAlipayHK refused the update\./);
    expect(await entriesOf(passId)).toMatchObject([
      { applied: false, resultInfo: { resultCode: 'PASS_HAS_NOT_EXIST', resultStatus: 'F' } },
    ]);
  });

  test('says what to look at when the Client-Id is refused', async () => {
    const { code, stderr } = await start([], { CLIENT_ID: 'unknown' });
    expect(code).toBe(1);
    expect(stderr).toMatch(/^ResultNotSigned .*INVALID_CLIENT.*\nMost likely a key, Client-Id or suite is wrong\./);
  });

  test('says what to look at when the private key is not the registered one', async () => {
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const other = privateKey.export({ type: 'pkcs8', format: 'der' }).toString('base64');
    const { code, stderr } = await start([], { MERCHANT_PRIVATE_KEY: other });
    expect(code).toBe(1);
    expect(stderr).toMatch(/^DecryptionFailed .*\nMost likely a key, Client-Id or suite is wrong\./);
  });

  test('sends nothing when the update does not fit the contract', async () => {
    const passId = '';
    const { code, stderr } = await start([passId, '金卡']);
    expect(code).toBe(1);
    expect(stderr).toMatch(/^RequestInvalid passId .*\nNothing was sent\./);
    expect(await entriesOf(passId)).toEqual([]);
  });

  test('says that the update may have taken effect when the reply is an HTTP error', async () => {
    const passId = await freshPass();
    await fail(passId, 'http-502');
    const { code, stderr } = await start([passId, '金卡']);
    expect(code).toBe(1);
    expect(stderr).toMatch(/^ResponseUnexpected .*\nThe update may have taken effect\./);
  });

  test('says to set the clock when the time of the reply is not accepted', async () => {
    const passId = await freshPass();
    await fail(passId, 'response-time-behind');
    const { code, stderr } = await start([passId, '金卡']);
    expect(code).toBe(1);
    expect(stderr).toMatch(/^TimeNotAccepted .*\nMost likely this machine's clock is wrong\./);
  });

  test('names the variable when a key is not one', async () => {
    const { code, stderr } = await start([], { MERCHANT_PRIVATE_KEY: 'none' });
    expect(code).toBe(1);
    expect(stderr).toMatch(/TypeError: MERCHANT_PRIVATE_KEY is /);
  });
});
