/** The code blocks of README.md, copied and run: each sends one encrypted update to a gateway on this machine. */
import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { createGateway, type UpdateContext, type UpdatePassRequest } from '@alipayhk-pass/api/gateway';
import { describeEnd, runChild } from '@alipayhk-pass/harness/child';
import { startScript } from '@alipayhk-pass/harness/script';
import { serve } from '@alipayhk-pass/harness/serve';
import { importPrivateKey, importPublicKey } from '@alipayhk-pass/message-security';
import { keys } from '@alipayhk-pass/spec/vectors';
import { build } from 'esbuild';
import { runtimes } from '../src/runtimes.ts';

const app = join(import.meta.dirname, '..');
const readme = readFileSync(join(app, '../../README.md'), 'utf8');
const [node = '', worker = ''] = Array.from(readme.matchAll(/```ts\n(.*?)```/gs), ([, code]) => code);
const folder = join(app, 'dist/readme'); // below node_modules, as a user's file would be
const applied: { update: UpdatePassRequest; context: UpdateContext }[] = [];
const variables = {
  CLIENT_ID: '4Q5Y8W0WSG45P907917',
  MERCHANT_PRIVATE_KEY: keys.merchant.privateKey.replaceAll('\n', '\\n'),
  ALIPAYHK_PUBLIC_KEY: keys.gateway.publicKey.replaceAll('\n', '\\n'),
  GATEWAY_URL: '',
  API_TOKEN: 'token',
};

const merchant = await importPublicKey(keys.merchant.publicKey);
const gateway = createGateway({
  publicKeyOf: (clientId) => (clientId === variables.CLIENT_ID ? merchant : undefined),
  privateKey: await importPrivateKey(keys.gateway.privateKey),
  handler: (update, context) => {
    applied.push({ update, context });
    return { resultCode: 'SUCCESS', resultStatus: 'S', resultMessage: 'Success' };
  },
});
const server = await serve(gateway);
variables.GATEWAY_URL = server.url;
mkdirSync(folder, { recursive: true });
after(() => server.close());

/** Runs the block of Node's section as a file, and expects it to print the tracer id of the one update that was applied. */
async function runs(command: string[], code: string, name: string): Promise<void> {
  const file = join(folder, name);
  writeFileSync(file, code);
  applied.length = 0;
  const [program = '', ...args] = command;
  const path = join(app, 'node_modules', program);
  const ended = await runChild(path, [...args, file], { limit: 60_000, variables: { NO_COLOR: '1', ...variables } });
  const end = describeEnd(ended);
  assert.equal(applied.length, 1, end);
  assert.equal(ended.stdout.trim(), `updated ${applied[0]?.context.tracerId}`, end);
  assert.equal(applied[0]?.context.encrypted, true);
}

test('Node', () => runs(['node/bin/node'], node, 'node.ts'));

test('Bun, with the same file', () => runs(['.bin/bun'], node, 'bun.ts'));

test('Deno, with its own environment and the permissions that README names', () => {
  const flags =
    /deno run ([^`]+) update\.ts/.exec(readme)?.[1]?.split(' ') ?? assert.fail('README has no deno command');
  const code = node.replace('process.env', 'Deno.env.toObject()');
  return runs(['.bin/deno', 'run', '--cached-only', ...flags], code, 'deno.ts');
});

test('Node 20, as a module without types', () => runs(['node20/bin/node'], node, 'node20.mjs'));

test('Cloudflare Worker', async () => {
  const stdin = { contents: worker, loader: 'ts' as const, resolveDir: app };
  const { outputFiles } = await build({ stdin, bundle: true, format: 'esm', write: false, conditions: ['workerd'] });
  const code = outputFiles[0]?.text ?? assert.fail('esbuild made no file');
  const { url, stop } = await startScript({ code, vars: variables });
  try {
    assert.equal((await fetch(url, { method: 'POST' })).status, 401);
    applied.length = 0;
    const headers = { Authorization: `Bearer ${variables.API_TOKEN}` };
    const update = {
      merchantId: 'm',
      userId: 'u',
      passId: 'p',
      status: 'CLOSED',
      updateDetailType: 'UPDATE_MEMBER_CARD',
    };
    const response = await fetch(url, { method: 'POST', headers, body: JSON.stringify(update) });
    const result = (await response.json()) as { resultInfo: object; tracerId: string };
    assert.deepEqual(applied[0]?.update, update);
    assert.equal(result.tracerId, applied[0]?.context.tracerId);
  } finally {
    await stop();
  }
});

test('the table of runtimes names those that the suite runs in, and its steps', () => {
  const rows = Array.from(readme.matchAll(/^\| ([^|]+) \|(?: ✓ \|){7}$/gm), ([, name]) => name);
  assert.deepEqual(
    rows,
    runtimes.map(({ name }) => name),
  );
  const steps = readFileSync(join(app, 'src/suite.ts'), 'utf8').match(/^ {2}\w+Cases\(test\);$/gm);
  assert.equal(steps?.length, 7);
});
