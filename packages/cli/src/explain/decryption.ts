/**
 * Decryption of a captured message that may not verify. The core decrypts nothing without a verified signature, so the
 * ciphertext is signed once more, by a key of this process: whoever holds the receiver's private key may do that.
 */
import { webcrypto } from 'node:crypto';
import { importPrivateKey, importPublicKey, type PrivateKey } from '@alipayhk-pass/api';
import { openRequest, type RsaAesOptions, rsaAes, sealRequest } from '@alipayhk-pass/message-security';
import { contents, keyTransports } from '../settings.ts';

export type Suite = Required<Pick<RsaAesOptions, 'content' | 'keyTransport'>>;

/** Every suite, the protocol's first. */
export const suites: Suite[] = contents.flatMap((content) =>
  keyTransports.map((keyTransport) => ({ content, keyTransport })),
);

/** A suite in words. */
export const suiteName = ({ content, keyTransport }: Suite): string => `${content} with ${keyTransport}`;

const url = 'https://gateway.invalid/';
let own: Promise<{ privateKey: PrivateKey; publicKey: Awaited<ReturnType<typeof importPublicKey>> }> | undefined;

/** A pair that lives as long as the process. */
async function ownPair() {
  const algorithm = {
    name: 'RSASSA-PKCS1-v1_5',
    hash: 'SHA-256',
    modulusLength: 2048,
    publicExponent: new Uint8Array([1, 0, 1]),
  };
  const pair = await webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
  const privateJwk = await webcrypto.subtle.exportKey('jwk', pair.privateKey);
  const { kty, n, e } = privateJwk;
  return { privateKey: await importPrivateKey(privateJwk as object), publicKey: await importPublicKey({ kty, n, e }) };
}

/**
 * The text in an encrypted body; `undefined` if key or suite are not the right ones.
 *
 * @param encrypt - text of the Encrypt header
 */
export async function decrypt(
  body: Uint8Array,
  encrypt: string,
  privateKey: PrivateKey,
  suite: Suite,
): Promise<Uint8Array | undefined> {
  own ??= ownPair();
  const pair = await own;
  const clientId = 'explain';
  const sealed = await sealRequest(new Request(url, { method: 'POST', body: Buffer.from(body) }), {
    clientId,
    ...pair,
  });
  const headers = new Headers(sealed.headers);
  headers.set('Encrypt', encrypt.replace(/algorithm=[^,]*/i, 'algorithm=RSA_AES'));
  const signed = new Request(url, { method: 'POST', headers, body: Buffer.from(body) });
  try {
    const options = { clientId, publicKey: pair.publicKey, privateKey, encryption: rsaAes(suite) };
    const { request } = await openRequest(signed, { ...options, now: Date.now });
    const plain = new Uint8Array(await request.arrayBuffer());
    // A wrong key whose padding happened to fit gives noise.
    JSON.parse(Buffer.from(plain).toString());
    return plain;
  } catch {
    return undefined;
  }
}
