/** Where nodeCrypto decrypts RSA by `node:crypto`, and where it leaves that to the core's BigInt. */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { runChild } from '@alipayhk-pass/harness/child';

const app = join(import.meta.dirname, '..');

/** Prints whether nodeCrypto takes a private key for the bare RSA operations. A Crypto that refuses it leaves them to the core. */
const script = `
import { nodeCrypto } from '@alipayhk-pass/node-crypto';
const rsa = { name: 'RSA-OAEP', hash: 'SHA-256', modulusLength: 2048, publicExponent: Uint8Array.of(1, 0, 1) };
const { privateKey } = await crypto.subtle.generateKey(rsa, true, ['encrypt', 'decrypt']);
const { kty, n, e, d, p, q, dp, dq, qi } = await crypto.subtle.exportKey('jwk', privateKey);
const key = { kty, n, e, d, p, q, dp, dq, qi };
const imported = nodeCrypto.subtle.importKey('jwk', key, 'RSA-RAW', false, ['encrypt', 'decrypt']);
console.log(await imported.then(() => 'taken', ({ name }) => name));
`;

const runtimes: [name: string, command: string, args: string[], expected: string][] = [
  ['Node', 'node/bin/node', ['--input-type=module', '-e'], 'taken'],
  ['Bun', '.bin/bun', ['-e'], 'taken'],
  ['Deno', '.bin/deno', ['eval', '--cached-only'], 'NotSupportedError'],
];

for (const [name, command, args, expected] of runtimes) {
  const result = expected === 'taken' ? 'takes RSA-RAW' : 'refuses RSA-RAW, so that decryption stays BigInt';
  test(`nodeCrypto on ${name} ${result}`, async () => {
    const path = join(app, 'node_modules', command);
    const variables = { NO_COLOR: '1', DENO_NO_UPDATE_CHECK: '1' };
    const { stdout, stderr } = await runChild(path, [...args, script], { limit: 60_000, cwd: app, variables });
    assert.equal(stdout.trim(), expected, stderr);
  });
}
