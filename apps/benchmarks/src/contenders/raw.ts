/**
 * The raw calls that each job needs, and nothing else: arguments are ready before, results are dropped. Web Crypto where
 * it offers the operation, a bare BigInt loop where it does not. Not in here: base64, headers, Request and Response, XOR,
 * padding, numbers from bytes and back, blinding, the check against faults.
 */
import { gateway, merchant } from '../messages.ts';
import { importNative, numbersOf } from './native-key.ts';

type Bytes = Uint8Array<ArrayBuffer>;
type Call = () => Promise<unknown>;

const rsassa = 'RSASSA-PKCS1-v1_5';
const hmac = { name: 'HMAC', hash: 'SHA-256' };
/** How many block calls run at a time, as in `crypto/aes-ecb.ts`. */
const concurrency = 256;

/** The one call of signing. */
export async function rawSign(content: Bytes): Promise<Call> {
  const key = await importNative('pkcs8', merchant.privateKey);
  return () => crypto.subtle.sign(rsassa, key, content);
}

/** The one call of verifying. */
export async function rawVerify(signature: Bytes, content: Bytes): Promise<Call> {
  const key = await importNative('spki', gateway.publicKey);
  return () => crypto.subtle.verify(rsassa, key, signature, content);
}

/** Random bytes, an AES key, one CBC call a block or one call of OCB, the public exponentiation, a signature. */
export async function rawSeal(plain: Bytes, content: Bytes): Promise<Call> {
  const { subtle } = crypto;
  const { n } = await numbersOf(await importNative('spki', gateway.publicKey));
  const blocks = Math.floor(plain.length / 16) + 1;
  const padded = n >> 8n;
  const iv = crypto.getRandomValues(new Uint8Array(16));
  const empty = new Uint8Array(0);
  const sign = await rawSign(content);
  // As the core chooses: below 2 KB AES-OCB would have Node print a warning.
  const encryptsByOcb = plain.length > 2048 && (await hasOcb());
  const input = new Uint8Array(blocks * 16);
  const ocb = { name: 'AES-OCB', iv: new Uint8Array(15), tagLength: 128 };
  const encryptBlocks = async (key: CryptoKey, count: number): Promise<void> => {
    for (let left = count; left > 0; left -= concurrency) {
      const calls: Promise<ArrayBuffer>[] = [];
      for (let i = Math.min(left, concurrency); i > 0; i--) {
        calls.push(subtle.encrypt({ name: 'AES-CBC', iv }, key, empty));
      }
      await Promise.all(calls);
    }
  };
  return async () => {
    const symmetricKey = crypto.getRandomValues(new Uint8Array(32));
    crypto.getRandomValues(new Uint8Array(256 - 32 - 3));
    const cbcKey = await subtle.importKey('raw', symmetricKey, 'AES-CBC', false, ['encrypt']);
    if (encryptsByOcb) {
      const ocbKey = await subtle.importKey(rawSecret, symmetricKey, 'AES-OCB', false, ['encrypt']);
      await encryptBlocks(cbcKey, 3);
      await subtle.encrypt(ocb, ocbKey, input);
    } else {
      await encryptBlocks(cbcKey, blocks);
    }
    publicPower(padded, n);
    await sign();
  };
}

/** A format that the types of runtimes do not have yet. */
const rawSecret = 'raw-secret' as 'raw';

function hasOcb(): Promise<boolean> {
  return crypto.subtle.importKey(rawSecret, new Uint8Array(16), 'AES-OCB', false, ['encrypt']).then(
    () => true,
    () => false,
  );
}

/** Verifying, the two half-size private exponentiations, three HMACs of implicit rejection, an AES key, two CBC calls. */
export async function rawOpen(plain: Bytes, signature: Bytes, content: Bytes): Promise<Call> {
  const { subtle } = crypto;
  const { n, p, q, dp, dq, qi } = await numbersOf(await importNative('pkcs8', merchant.privateKey));
  const encrypted = n >> 8n;
  const [windowsOfP, windowsOfQ] = [windowsOf(dp), windowsOf(dq)];
  const key = crypto.getRandomValues(new Uint8Array(32));
  const hmacKey = await subtle.importKey('raw', key, hmac, false, ['sign']);
  const encryptedKey = new Uint8Array(256);
  const label = new Uint8Array(11);
  const cbc = { name: 'AES-CBC', iv: new Uint8Array(16) };
  const empty = new Uint8Array(0);
  const cbcKey = await subtle.importKey('raw', key, cbc, false, ['encrypt']);
  const ciphertext = await subtle.encrypt(cbc, cbcKey, new Uint8Array((Math.floor(plain.length / 16) + 1) * 16));
  const verify = await rawVerify(signature, content);
  return async () => {
    await verify();
    const mp = power(encrypted % p, windowsOfP, p);
    const mq = power(encrypted % q, windowsOfQ, q);
    const decrypted = mq + (((((mp - mq) % p) + p) * qi) % p) * q;
    const derivationKey = await subtle.sign('HMAC', hmacKey, encryptedKey);
    const prfKey = await subtle.importKey('raw', derivationKey, hmac, false, ['sign']);
    await subtle.sign('HMAC', prfKey, label);
    await subtle.sign('HMAC', prfKey, label);
    const importedKey = await subtle.importKey('raw', key, cbc, false, ['encrypt', 'decrypt']);
    await subtle.encrypt(cbc, importedKey, empty);
    await subtle.decrypt(cbc, importedKey, ciphertext);
    return decrypted; // so that no compiler drops it
  };
}

/** base^65537: sixteen squarings and a multiplication. */
function publicPower(base: bigint, modulus: bigint): bigint {
  let result = base;
  for (let i = 0; i < 16; i++) result = (result * result) % modulus;
  return (result * base) % modulus;
}

/** An exponent in windows of 5 bits, the highest first. */
function windowsOf(exponent: bigint): number[] {
  return Array.from(exponent.toString(32), (digit) => Number.parseInt(digit, 32));
}

function power(base: bigint, windows: number[], modulus: bigint): bigint {
  const powers = [1n, base];
  for (let i = 2; i < 32; i++) powers.push(((powers[i - 1] as bigint) * base) % modulus);
  let result = 1n;
  for (const window of windows) {
    for (let i = 0; i < 5; i++) result = (result * result) % modulus;
    result = (result * (powers[window] as bigint)) % modulus;
  }
  return result;
}
