// What clients of this family do and expect, beyond what the page shows: requests as plain bytes on a socket, sealed by
// OpenSSL (`node:crypto`), replies as they are on the wire; and a client in Python.
import { spawnSync } from 'node:child_process';
import {
  constants,
  createCipheriv,
  createDecipheriv,
  privateDecrypt,
  publicEncrypt,
  randomBytes,
  sign,
  verify,
} from 'node:crypto';
import { readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { describe, expect, inject, test } from 'vitest';
import { freshPass, path, stored, updateOf } from './running.ts';

const sandbox = inject('sandbox');

const pem = (file: 'merchantPrivateKey' | 'gatewayPublicKey') => readFileSync(sandbox[file], 'utf8');
/** Base64 in lines of 76 columns, as shells and email write it. */
const wrapped = (bytes: Buffer) => `${bytes.toString('base64').replace(/.{76}/g, '$&\n')}\n`;

interface Quirk {
  what: string;
  /** Bits of the AES key; no encryption unless given. */
  aes?: 128 | 192 | 256;
  /** Base64 of body and of symmetricKey in lines. */
  inLines?: boolean;
  time?: (now: Date) => string;
  /** In place of the page's form. */
  signature?: (base64: string) => string;
  headerName?: (name: string) => string;
  contentType?: string;
}

const quirks: Quirk[] = [
  { what: 'names of headers in lower case', aes: 256, headerName: (name) => name.toLowerCase() },
  { what: 'names of headers in upper case', aes: 256, headerName: (name) => name.toUpperCase() },
  { what: 'base64 with line feeds in body and header', aes: 256, inLines: true },
  { what: 'an AES-128 key', aes: 128 },
  { what: 'an AES-192 key', aes: 192 },
  { what: 'an AES-128 key, in lines, zone +0000', aes: 128, inLines: true, time: (now) => `${iso(now)}+0000` },
  { what: 'zone +0000', time: (now) => `${iso(now)}+0000` },
  { what: 'zone Z and fractions of a second', time: (now) => now.toISOString() },
  { what: 'zone +05:30', time: (now) => `${iso(new Date(now.getTime() + 19_800_000))}+05:30` },
  { what: 'no keyVersion', signature: (value) => `algorithm=RSA256, signature=${encodeURIComponent(value)}` },
  {
    what: 'an empty keyVersion',
    signature: (value) => `algorithm=RSA256,keyVersion=,signature=${encodeURIComponent(value)}`,
  },
  { what: 'raw base64, no blanks, another order', signature: (value) => `signature=${value},algorithm=rsa256` },
  { what: 'no algorithm', signature: (value) => `signature=${encodeURIComponent(value)}` },
  { what: 'an encrypted body that is called JSON', aes: 256, contentType: 'application/json' },
];

const iso = (date: Date) => date.toISOString().slice(0, 19);

/** The reply's head and body, as they are on the wire. */
async function send(bytes: Buffer): Promise<{ head: string; body: Buffer }> {
  const { hostname, port } = new URL(sandbox.url);
  const socket = connect(Number(port), hostname);
  socket.setTimeout(20_000, () => socket.destroy(new Error('no reply within 20 seconds')));
  socket.write(bytes);
  const received = await buffer(socket);
  const end = received.indexOf('\r\n\r\n');
  return { head: received.subarray(0, end).toString(), body: received.subarray(end + 4) };
}

/** Sends a request that was made by hand; OpenSSL opens the reply. */
async function exchange(text: string, quirk: Quirk): Promise<{ head: string } & Opened> {
  const { aes, inLines = false, contentType = 'text/plain; charset=UTF-8' } = quirk;
  const encode = (bytes: Buffer) => (inLines ? wrapped(bytes) : bytes.toString('base64'));
  const headers: [string, string][] = [['Client-Id', sandbox.clientId]];
  let body = Buffer.from(text);
  if (aes) {
    const key = randomBytes(aes / 8);
    const cipher = createCipheriv(`aes-${aes}-ecb`, key, null);
    body = Buffer.from(encode(Buffer.concat([cipher.update(text), cipher.final()])));
    const encryptedKey = publicEncrypt({ key: pem('gatewayPublicKey'), padding: constants.RSA_PKCS1_PADDING }, key);
    headers.push(['Encrypt', `algorithm=RSA_AES, symmetricKey=${encodeURIComponent(encode(encryptedKey))}`]);
  }
  const time = quirk.time?.(new Date()) ?? `${iso(new Date())}+00:00`;
  const content = Buffer.concat([Buffer.from(`POST ${path}\n${sandbox.clientId}.${time}.`), body]);
  const value = sign('sha256', content, pem('merchantPrivateKey')).toString('base64');
  const { signature = (base64) => `algorithm=RSA256, keyVersion=1, signature=${encodeURIComponent(base64)}` } = quirk;
  headers.push(['Signature', signature(value)], ['Request-Time', time]);
  headers.push(['Content-Type', aes ? contentType : 'application/json; charset=UTF-8']);
  headers.push(['Content-Length', `${body.length}`], ['Host', new URL(sandbox.url).host], ['Connection', 'close']);
  const lines = headers.map(([name, each]) => `${quirk.headerName?.(name) ?? name}: ${each}`);
  const head = [`POST ${path} HTTP/1.1`, ...lines, '', ''].join('\r\n');
  const reply = await send(Buffer.concat([Buffer.from(head), body]));
  return { head: reply.head, ...open(reply) };
}

interface Opened {
  body: unknown;
  /** Bits of the AES key, if it was encrypted. */
  bits: number | undefined;
}

/** As such a client reads it: names in lower case, pairs split at `", "`, each at its first `=`. */
function open({ head, body }: { head: string; body: Buffer }): Opened {
  const header = (name: string) => new RegExp(`^${name}: (.*)$`, 'm').exec(head)?.[1]?.trim();
  const value = (text: string, key: string): Buffer => {
    const pair = text.split(', ').find((each) => each.startsWith(`${key}=`)) ?? '';
    return Buffer.from(decodeURIComponent(pair.slice(key.length + 1)), 'base64');
  };
  const content = Buffer.concat([
    Buffer.from(`POST ${path}\n${header('client-id')}.${header('response-time')}.`),
    body,
  ]);
  const signature = value(header('signature') ?? '', 'signature');
  if (!verify('sha256', content, pem('gatewayPublicKey'), signature))
    throw new Error('OpenSSL does not verify the reply');
  const encrypt = header('encrypt');
  if (encrypt === undefined) return { body: JSON.parse(body.toString()), bits: undefined };
  const symmetricKey = value(encrypt, 'symmetricKey');
  const key = privateDecrypt({ key: pem('merchantPrivateKey'), padding: constants.RSA_PKCS1_PADDING }, symmetricKey);
  const decipher = createDecipheriv(`aes-${key.length * 8}-ecb`, key, null);
  const plain = decipher.update(body.toString(), 'base64', 'utf8') + decipher.final('utf8');
  return { body: JSON.parse(plain), bits: key.length * 8 };
}

describe('the sandbox accepts a client with', () => {
  test.each(quirks)('$what', async (quirk) => {
    const pass = await freshPass(sandbox);
    const { head, body, bits } = await exchange(JSON.stringify(updateOf(pass, { points: 1 })), quirk);
    expect(body).toMatchObject({ resultInfo: { resultStatus: 'S' } });
    expect((await stored(sandbox, pass)).revision).toBe(1);
    expect(bits).toBe(quirk.aes); // the key of the reply is as long as that of the request
    expect(head).toMatch(/^HTTP\/1.1 200 /);
    expect(head.includes('\nencrypt: ')).toBe(quirk.aes !== undefined);
    for (const name of quirk.aes ? ['signature', 'encrypt'] : ['signature']) {
      expect(head).toMatch(new RegExp(`^${name}: \\w+=[^ ,]+(, \\w+=[^ ,]+)+\\r?$`, 'm')); // one blank after each comma
    }
    for (const name of ['signature', 'client-id', 'response-time', 'tracer-id']) expect(head).toContain(`\n${name}: `);
    expect(head).not.toMatch(/^(Signature|Encrypt|Client-Id|Response-Time|Tracer-Id|Content-Type): /m);
  });
});

/** Debian's packages are for Debian's Python, which may not be the first on the path. */
const python = ['python3', '/usr/bin/python3'].find(
  (program) => spawnSync(program, ['-c', 'try:\n import Crypto\nexcept ImportError:\n import Cryptodome']).status === 0,
);
const skipped = python ? '' : ': SKIPPED, this machine has no python3 with pycryptodome';
if (skipped) console.warn(`Python${skipped}`);

test.skipIf(skipped !== '').each(['plain', 'encrypted'])(
  `the sandbox accepts Python with pycryptodome, %s${skipped}`,
  async (mode) => {
    const pass = await freshPass(sandbox);
    const script = join(import.meta.dirname, 'python-client.py');
    const { clientId, merchantPrivateKey, gatewayPublicKey } = sandbox;
    const args = [script, mode, sandbox.url + path, clientId, merchantPrivateKey, gatewayPublicKey];
    const input = JSON.stringify(updateOf(pass, { points: 3 }));
    const { stdout, stderr } = spawnSync(`${python}`, args, { input, encoding: 'utf8', timeout: 25_000 });
    expect(stderr).toBe('');
    expect(JSON.parse(stdout)).toMatchObject({ resultInfo: { resultStatus: 'S' } });
    expect(await stored(sandbox, pass)).toMatchObject({ revision: 1, dataInfo: { points: 3 } });
  },
);
