/**
 * Both ends, and tools for messages that no honest end sends. The keys are the public test keys of spec/vectors. The clock
 * stands at the time of the vectors.
 */
import {
  constants,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  publicEncrypt,
} from 'node:crypto';
import { keys } from '../../../spec/vectors/index.ts';
import type { RsaPrivateNumbers, RsaPublicNumbers } from '../src/crypto/rsa-numbers.ts';
import { importPrivateKey, importPublicKey, sign } from '../src/index.ts';
import { checkNumbers, readKeyText } from '../src/keys/rsa-key.ts';
import { type Bytes, utf8 } from './bytes.ts';

export * from './bytes.ts';
export { keys };

export const clientId = '4Q5Y8W0WSG45P907917';
export const httpUri = '/api/open/alipay/v1/ipass/pass/manage/updatePass';
export const url = `https://open.alipay.hk${httpUri}`;
/** The time of the clock, in milliseconds since the epoch. */
export const instant = Date.parse('2024-05-22T01:12:21Z');
export const now = (): number => instant;

export const merchant = {
  privateKey: await importPrivateKey(keys.merchant.privateKey),
  publicKey: await importPublicKey(keys.merchant.publicKey),
};
export const gateway = {
  privateKey: await importPrivateKey(keys.gateway.privateKey),
  publicKey: await importPublicKey(keys.gateway.publicKey),
};
export const stranger = {
  privateKey: await importPrivateKey(keys.stranger.privateKey),
  publicKey: await importPublicKey(keys.stranger.publicKey),
};

/** Options with which the merchant seals and opens. */
export const ofMerchant = { clientId, now, privateKey: merchant.privateKey, publicKey: gateway.publicKey };
/** Options with which the gateway seals and opens. */
export const ofGateway = { clientId, now, privateKey: gateway.privateKey, publicKey: merchant.publicKey };

/** A request that is not sealed yet. */
export const post = (body: BodyInit = '{"points":100}', to: string = url): Request =>
  new Request(to, { method: 'POST', body });

/** A request that the merchant signed over exactly these bytes. */
export async function signedRequest(body: Uint8Array | string, headers: Record<string, string> = {}): Promise<Request> {
  const bytes = typeof body === 'string' ? utf8(body) : new Uint8Array(body);
  const time = headers['Request-Time'] ?? '2024-05-22T06:42:21+05:30';
  const signature = await sign({ method: 'POST', httpUri, clientId, time, body: bytes }, merchant.privateKey);
  return new Request(url, {
    method: 'POST',
    headers: { 'Client-Id': clientId, 'Request-Time': time, Signature: signature, ...headers },
    body: bytes,
  });
}

/** The message with changed headers; `null` removes one. */
export function withHeaders<Message extends Request | Response>(
  message: Message,
  changes: Record<string, string | null>,
): Message {
  const headers = new Headers(message.headers);
  for (const [name, value] of Object.entries(changes)) value === null ? headers.delete(name) : headers.set(name, value);
  const copy =
    message instanceof Request
      ? new Request(message, { headers })
      : new Response(message.body, { status: message.status, headers });
  return copy as Message;
}

/** The error that `run` throws or rejects with; fails when there is none. */
export async function refusalOf(run: (() => unknown) | Promise<unknown>): Promise<Error> {
  try {
    await (typeof run === 'function' ? run() : run);
  } catch (error) {
    if (error instanceof Error) return error;
    throw new Error(`expected an Error, received ${String(error)}`);
  }
  throw new Error('no error was thrown; expected one');
}

// -------------------------------------------------------------------------------------------------------------- keys

export const privateNumbers = (pem: string): RsaPrivateNumbers =>
  checkNumbers(readKeyText(pem, 'private') as bigint[], 'private') as RsaPrivateNumbers;
export const publicNumbers = (pem: string): RsaPublicNumbers =>
  checkNumbers(readKeyText(pem, 'public') as bigint[], 'public') as RsaPublicNumbers;

/** OpenSSL's raw RSA encryption of a whole block: for paddings that no sender writes. */
export const encryptRaw = (block: Uint8Array, publicKey: string): Bytes =>
  new Uint8Array(publicEncrypt({ key: publicKey, padding: constants.RSA_NO_PADDING }, block));

/** The gateway's pair in every format that OpenSSL writes. */
export const spellings = {
  pkcs8: keys.gateway.privateKey,
  pkcs1: createPrivateKey(keys.gateway.privateKey).export({ type: 'pkcs1', format: 'pem' }) as string,
  spki: keys.gateway.publicKey,
  pkcs1Public: createPublicKey(keys.gateway.publicKey).export({ type: 'pkcs1', format: 'pem' }) as string,
};

type Pair = { privateKey: string; publicKey: string };

const asPem = (pair: { privateKey: KeyObject; publicKey: KeyObject }): Pair => ({
  privateKey: pair.privateKey.export({ type: 'pkcs8', format: 'pem' }) as string,
  publicKey: pair.publicKey.export({ type: 'spki', format: 'pem' }) as string,
});

/** New pairs that this package refuses, made by Node's OpenSSL. */
export const wrongPairs = {
  rsa1024: (): Pair => asPem(generateKeyPairSync('rsa', { modulusLength: 1024 })),
  exponent17: (): Pair => asPem(generateKeyPairSync('rsa', { modulusLength: 2048, publicExponent: 17 })),
  pss: (): Pair => asPem(generateKeyPairSync('rsa-pss', { modulusLength: 2048 })),
  ec: (): Pair => asPem(generateKeyPairSync('ec', { namedCurve: 'P-256' })),
  ed25519: (): Pair => asPem(generateKeyPairSync('ed25519')),
};

// ------------------------------------------------------------------------------------------------------- observation

/** The object, with `watch` called before each of its methods. */
export function observed<Target extends object>(
  target: Target,
  watch: (method: string, args: unknown[]) => void,
): Target {
  return new Proxy(target, {
    get(real, name) {
      const value: unknown = Reflect.get(real, name, real);
      if (typeof value !== 'function') return value;
      return (...args: unknown[]): unknown => {
        watch(String(name), args);
        return value.apply(real, args); // bound: Web Crypto checks its receiver
      };
    },
  });
}

/** Web Crypto, with `watch` called before each of its methods. */
export function observedCrypto(watch: (method: string, args: unknown[]) => void, real: Crypto = crypto): Crypto {
  const subtle = observed(real.subtle, watch);
  return new Proxy(observed(real, watch), {
    get: (target, name) => (name === 'subtle' ? subtle : Reflect.get(target, name)),
  });
}
