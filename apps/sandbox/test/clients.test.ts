// Clients as Ant's own are, by what is known of them: a shell client, which looks for names in lower case and knows AES-128
// only, and a Java client, which looks for names exactly as documented. OpenSSL (`node:crypto`) does their cryptography.
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
import { buffer } from 'node:stream/consumers';
import { beforeAll, describe, expect, inject, test } from 'vitest';
import { admin, freshPass, path, stored, updateOf } from './running.ts';

const sandbox = inject('sandbox');
const pem = (file: 'merchantPrivateKey' | 'merchantPublicKey' | 'gatewayPublicKey') =>
  readFileSync(sandbox[file], 'utf8');
const padding = constants.RSA_PKCS1_PADDING;

interface AntClient {
  clientId: string;
  /** Bytes of the only AES key that it knows. */
  keyLength: 16 | 32;
  /** The names that it looks for, exactly. */
  names: Record<'signature' | 'encrypt' | 'time' | 'type', string>;
  base64: (bytes: Buffer) => string;
}

const shell: AntClient = {
  clientId: 'shell-client',
  keyLength: 16,
  names: { signature: 'signature', encrypt: 'encrypt', time: 'response-time', type: 'content-type' },
  base64: (bytes) => `${bytes.toString('base64').replace(/.{76}/g, '$&\n')}\n`, // wrapped, as base64(1) does
};
const java: AntClient = {
  clientId: 'java-client',
  keyLength: 32,
  names: { signature: 'Signature', encrypt: 'Encrypt', time: 'Response-Time', type: 'Content-Type' },
  base64: (bytes) => bytes.toString('base64'),
};

beforeAll(async () => {
  const keys = [{ publicKey: pem('merchantPublicKey') }];
  await admin(sandbox).setMerchant({ clientId: shell.clientId, keys, headerCase: 'lower' });
  await admin(sandbox).setMerchant({ clientId: java.clientId, keys, headerCase: 'title' });
});

/** Seals an update, sends it, and reads the reply as the client does. */
async function exchange(client: AntClient, text: string): Promise<unknown> {
  const { clientId, keyLength, base64 } = client;
  const key = randomBytes(keyLength);
  const cipher = createCipheriv(`aes-${keyLength * 8}-ecb`, key, null);
  const body = base64(Buffer.concat([cipher.update(text), cipher.final()]));
  const wrapped = base64(publicEncrypt({ key: pem('gatewayPublicKey'), padding }, key));
  const time = `${new Date().toISOString().slice(0, 19)}+0000`;
  const content = `POST ${path}\n${clientId}.${time}.${body}`;
  const signature = sign('sha256', Buffer.from(content), pem('merchantPrivateKey')).toString('base64');
  const head = [
    `POST ${path} HTTP/1.1`,
    `Host: ${new URL(sandbox.url).host}`,
    'Connection: close',
    'Content-Type: text/plain; charset=UTF-8',
    `Content-Length: ${body.length}`,
    `Client-Id: ${clientId}`,
    `Request-Time: ${time}`,
    `Signature: algorithm=RSA256, keyVersion=0, signature=${encodeURIComponent(signature)}`,
    `Encrypt: algorithm=RSA_AES, keyVersion=0, symmetricKey=${encodeURIComponent(wrapped)}`,
  ];
  const socket = connect(Number(new URL(sandbox.url).port), '127.0.0.1');
  socket.write([...head, '', body].join('\r\n'));
  const received = (await buffer(socket)).toString();
  return open(client, received.slice(0, received.indexOf('\r\n\r\n')), received.split('\r\n\r\n')[1] ?? '');
}

function open({ clientId, keyLength, names }: AntClient, head: string, body: string): unknown {
  // By name exactly, pairs split at a comma and one blank, each at its first equals sign.
  const lines = new Map(head.split('\r\n').map((line) => line.split(/: (.*)/s) as [string, string]));
  const header = (name: string): string => {
    const value = lines.get(name);
    if (value === undefined) throw new Error(`no header ${name} among ${[...lines.keys()].join(', ')}`);
    return value;
  };
  const partOf = (name: string, key: string): Buffer => {
    const pair =
      header(name)
        .split(', ')
        .find((each) => each.startsWith(`${key}=`)) ?? '';
    return Buffer.from(decodeURIComponent(pair.slice(key.length + 1)), 'base64');
  };
  const content = Buffer.from(`POST ${path}\n${clientId}.${header(names.time)}.${body}`);
  if (!verify('sha256', content, pem('gatewayPublicKey'), partOf(names.signature, 'signature'))) {
    throw new Error('the signature of the reply does not verify');
  }
  // Read as encrypted by its type.
  if (!header(names.type).startsWith('text/plain')) return JSON.parse(body);
  const key = privateDecrypt({ key: pem('merchantPrivateKey'), padding }, partOf(names.encrypt, 'symmetricKey'));
  const decipher = createDecipheriv(`aes-${keyLength * 8}-ecb`, key, null); // throws for a key of another length
  return JSON.parse(decipher.update(body, 'base64', 'utf8') + decipher.final('utf8'));
}

describe.each([shell, java])('$clientId', (client) => {
  test('seals an encrypted update that is applied, and reads the reply', async () => {
    const pass = await freshPass({ ...sandbox, clientId: client.clientId });
    const reply = await exchange(client, JSON.stringify(updateOf(pass, { points: 5 })));
    expect(reply).toMatchObject({ resultInfo: { resultCode: 'SUCCESS', resultStatus: 'S' } });
    expect(await stored(sandbox, pass)).toMatchObject({ revision: 1, points: 5 });
  });

  test('reads the reply to an update that is refused', async () => {
    const pass = await freshPass({ ...sandbox, clientId: client.clientId });
    const reply = await exchange(client, JSON.stringify({ ...updateOf(pass), userId: 'another' }));
    expect(reply).toMatchObject({ resultInfo: { resultCode: 'USER_NOT_EXSITS', resultStatus: 'F' } });
  });
});
