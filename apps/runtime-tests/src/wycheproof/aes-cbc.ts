/** AES-CBC with PKCS#7 padding, natively; and the same blocks through this project's AES-ECB, which is made of it. */
import { decryptEcb, encryptEcb } from '@alipayhk-pass/message-security/internals-for-tests';
import { hasAes192, noAes192 } from '../aes-192.ts';
import { equal, errorOf } from '../assert.ts';
import { type Case, fromHex, type Group, nameOf, toHex, type WycheproofTest } from './case.ts';

interface CbcTest extends WycheproofTest {
  key: string;
  iv: string;
  msg: string;
  ct: string;
}

const { subtle } = globalThis.crypto;

export function aesCbcCases(group: Group): Case[] {
  return (group.tests as CbcTest[]).map((test) => ({ name: nameOf(test), run: () => run(test) }));
}

async function run({ key, iv, msg, ct, result }: CbcTest): Promise<string | undefined> {
  const importKey = () => subtle.importKey('raw', fromHex(key), 'AES-CBC', false, ['encrypt', 'decrypt']);
  if (key.length === 48 && !(await hasAes192())) {
    await errorOf(importKey);
    return noAes192;
  }
  const cbc = { name: 'AES-CBC', iv: fromHex(iv) };
  const cbcKey = await importKey();
  if (result === 'invalid') {
    await errorOf(() => subtle.decrypt(cbc, cbcKey, fromHex(ct)));
    return undefined;
  }
  equal(toHex(await subtle.encrypt(cbc, cbcKey, fromHex(msg))), ct);
  equal(toHex(await subtle.decrypt(cbc, cbcKey, fromHex(ct))), msg);

  const blocks = blocksOf(fromHex(iv), fromHex(msg), fromHex(ct));
  const ecb = await encryptEcb(fromHex(key), blocks, subtle);
  equal(toHex(ecb).slice(0, -32), ct); // behind it our own block of padding
  equal(toHex((await decryptEcb(fromHex(key), ecb, subtle)) ?? new Uint8Array()), toHex(blocks));
  return undefined;
}

/** What goes through AES itself: each block of the padded message, with the IV or the ciphertext block before it folded in. */
function blocksOf(iv: Uint8Array, message: Uint8Array, ciphertext: Uint8Array): Uint8Array<ArrayBuffer> {
  const blocks = new Uint8Array(ciphertext.length).fill(ciphertext.length - message.length);
  blocks.set(message);
  const before = [...iv, ...ciphertext];
  return blocks.map((byte, at) => byte ^ (before[at] as number));
}
