/**
 * The protocol as someone writes it who has the primitives: what the peers have in common. It reads only what a
 * well-behaved gateway sends, judges no time and no key version; each check left out is in the peer's favour.
 */
import { contentToBeSigned } from '@alipayhk-pass/message-security';
import { clientId, httpUri, time } from '../messages.ts';
import type { Contender } from './contender.ts';

type Bytes = Uint8Array<ArrayBuffer>;

/** What a library has to offer. */
export interface Primitives {
  /** RSASSA-PKCS1-v1_5 with SHA-256, our key. */
  sign(content: Bytes): Bytes | Promise<Bytes>;
  verify(signature: Bytes, content: Bytes): boolean | Promise<boolean>;
  /** RSAES-PKCS1-v1_5, their key and ours. */
  wrapKey(symmetricKey: Bytes): Bytes;
  unwrapKey(encryptedKey: Bytes): Bytes;
  /** AES-ECB with PKCS#7 padding. */
  encrypt(symmetricKey: Bytes, plaintext: Bytes): Bytes;
  decrypt(symmetricKey: Bytes, ciphertext: Bytes): Bytes;
}

export function byHand(primitives: Primitives): Contender {
  const target = { method: 'POST', httpUri, clientId };
  const contender: Contender = {
    async sign(parts) {
      return format('RSA256', 'signature', await primitives.sign(contentToBeSigned(parts)));
    },
    async verify(parts, header) {
      return primitives.verify(parse('signature', header), contentToBeSigned(parts));
    },
    async seal(request) {
      const symmetricKey = crypto.getRandomValues(new Uint8Array(32));
      const ciphertext = primitives.encrypt(symmetricKey, new Uint8Array(await request.arrayBuffer()));
      const body = new TextEncoder().encode(ciphertext.toBase64());
      const headers = {
        'Client-Id': clientId,
        'Request-Time': time,
        'Content-Type': 'text/plain; charset=UTF-8',
        Encrypt: format('RSA_AES', 'symmetricKey', primitives.wrapKey(symmetricKey)),
        Signature: await contender.sign({ ...target, time, body }),
      };
      return new Request(request.url, { method: 'POST', headers, body });
    },
    async open(response) {
      const body = new Uint8Array(await response.arrayBuffer());
      const header = (name: string): string => response.headers.get(name) ?? '';
      const parts = { ...target, time: header('Response-Time'), body };
      if (!(await contender.verify(parts, header('Signature')))) throw new Error('the signature does not verify');
      const symmetricKey = primitives.unwrapKey(parse('symmetricKey', header('Encrypt')));
      return primitives.decrypt(symmetricKey, Uint8Array.fromBase64(new TextDecoder().decode(body)));
    },
  };
  return contender;
}

function format(algorithm: string, key: string, value: Bytes): string {
  return `algorithm=${algorithm}, keyVersion=1, ${key}=${encodeURIComponent(value.toBase64())}`;
}

function parse(key: string, header: string): Bytes {
  const value = header.split(`${key}=`)[1]?.split(',')[0] ?? '';
  return Uint8Array.fromBase64(decodeURIComponent(value));
}
