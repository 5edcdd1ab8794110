/**
 * A recorded message, shown stage by stage and checked by OpenSSL (`node:crypto`): nothing here is this project's code,
 * so that what the demo says of the wire does not rest on what it demonstrates.
 */
import assert from 'node:assert/strict';
import { constants, createDecipheriv, privateDecrypt, verify } from 'node:crypto';
import type { Exchange } from '@alipayhk-pass/harness/recorder';
import { row, shorten, subheading, visible } from './show.ts';

/** Which half of an exchange, and the keys (PEM) that read it. */
export interface Reading {
  half: 'request' | 'response';
  /** The sender's. */
  publicKey: string;
  /** The receiver's. */
  privateKey: string;
}

/**
 * Prints the half of an exchange in the order in which it was sealed: encrypted, then signed.
 *
 * @returns the body in plain
 * @throws AssertionError when the signature does not verify; an error of OpenSSL when the body does not decrypt
 */
export function showMessage(exchange: Exchange, { half, publicKey, privateKey }: Reading): string {
  const { headers, body } = exchange[half] ?? assert.fail(`the ${half}: expected it to be recorded`);
  const header = (name: string) => headers.get(name) ?? '';
  const timeHeader = half === 'request' ? 'Request-Time' : 'Response-Time';
  subheading(half);
  for (const name of ['Client-Id', timeHeader, 'Content-Type', 'Tracer-Id']) {
    if (headers.has(name)) row(name, header(name));
  }

  const wire = body.toString();
  let plain = wire;
  if (headers.has('Encrypt')) {
    const symmetricKey = unwrap(showParts('Encrypt', header('Encrypt')).get('symmetricKey'), privateKey);
    plain = decrypt(wire, symmetricKey);
    row('', `an AES-${symmetricKey.length * 8} key, decrypted by OpenSSL`, 'green');
    row('ciphertext', shorten(wire));
    row('decrypted by OpenSSL', plain, 'green');
  }

  const head = `${exchange.method} ${exchange.httpUri}\n${header('Client-Id')}.${header(timeHeader)}.`;
  row('content to be signed', visible(head + (plain === wire ? wire : shorten(wire))), 'cyan');
  const signature = fromBase64(showParts('Signature', header('Signature')).get('signature'));
  assert(
    verify('sha256', Buffer.from(head + wire), publicKey, signature),
    `the ${half}: expected OpenSSL to verify it`,
  );
  row('', 'verified by OpenSSL', 'green');
  return plain;
}

/** A header of `key=value` parts, one to a line. */
function showParts(name: string, text: string): Map<string, string> {
  const parts = text.split(', ').map((part): [string, string] => {
    const equals = part.indexOf('=');
    return [part.slice(0, equals), part.slice(equals + 1)];
  });
  row(name, parts.map(([key, value]) => `${key}=${shorten(value)}`).join('\n'));
  return new Map(parts);
}

function unwrap(encryptedKey: string | undefined, privateKey: string): Buffer {
  return privateDecrypt({ key: privateKey, padding: constants.RSA_PKCS1_PADDING }, fromBase64(encryptedKey));
}

function decrypt(ciphertext: string, symmetricKey: Buffer): string {
  const decipher = createDecipheriv(`aes-${symmetricKey.length * 8}-ecb`, symmetricKey, null);
  return Buffer.concat([decipher.update(Buffer.from(ciphertext, 'base64')), decipher.final()]).toString();
}

function fromBase64(percentEncoded = ''): Buffer {
  return Buffer.from(decodeURIComponent(percentEncoded), 'base64');
}
