/** The keys of the vectors, and OpenSSL's work with them. `mint.ts --new-keys` makes new keys. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { openssl, work } from './openssl.ts';

export type Party = 'merchant' | 'gateway' | 'stranger';
const parties: Party[] = ['merchant', 'gateway', 'stranger'];

function mintKeys() {
  const pair = () => {
    const privateKey = openssl('genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:2048').toString();
    return { privateKey, publicKey: openssl('pkey -pubout', privateKey).toString() };
  };
  const random = (bytes: number) => openssl(`rand -hex ${bytes}`).toString().trim();
  return {
    README: 'TEST KEYS ONLY. They are public: whoever uses one of them protects nothing.',
    merchant: pair(),
    gateway: pair(),
    stranger: pair(),
    symmetricKeys: { aes128: random(16), aes192: random(24), aes256: random(32) },
  };
}

const keysFile = join(import.meta.dirname, 'keys.json');
if (!existsSync(keysFile) || process.argv.includes('--new-keys')) {
  writeFileSync(keysFile, `${JSON.stringify(mintKeys(), null, 2)}\n`);
}
const keys: ReturnType<typeof mintKeys> = JSON.parse(readFileSync(keysFile, 'utf8'));
for (const party of parties) {
  writeFileSync(join(work, `${party}.key`), keys[party].privateKey);
  writeFileSync(join(work, `${party}.pub`), keys[party].publicKey);
}
export const aes128 = Buffer.from(keys.symmetricKeys.aes128, 'hex');
export const aes192 = Buffer.from(keys.symmetricKeys.aes192, 'hex');
export const aes256 = Buffer.from(keys.symmetricKeys.aes256, 'hex');
export const key20 = aes256.subarray(0, 20); // no AES key has this length

/** The signature of a content: RSASSA-PKCS1-v1_5 with SHA-256. */
export const sign = (signer: Party, content: string) => openssl(`dgst -sha256 -sign ${signer}.key`, content);

/** AES-ECB with PKCS#7 padding; with the option `-nopad` over whole blocks as they are. */
export const encrypt = (key: Buffer, plaintext: string | Buffer, option = '-e') =>
  openssl(`enc -aes-${key.length * 8}-ecb -K ${key.toString('hex')} ${option}`, plaintext);

/** An AES key, encrypted with the receiver's RSA key; with the padding `none` over a whole block as it is. */
export const wrapKey = (receiver: Party, block: Buffer, padding = 'pkcs1') =>
  openssl(`pkeyutl -encrypt -pubin -inkey ${receiver}.pub -pkeyopt rsa_padding_mode:${padding}`, block);

/** A whole block for raw RSA: `type`, random bytes without a zero, a zero, the key. Type 2 is right. */
export const blockOfType = (type: number, key: Buffer) => {
  const padding = openssl(`rand ${256 - 3 - key.length}`).map((byte) => byte || 1);
  return Buffer.concat([Buffer.of(0, type), padding, Buffer.of(0), key]);
};

/** The ciphertext plus the modulus, still 256 bytes: a receiver that only reduces it finds the key. */
export const wrapKeyAboveModulus = (receiver: Party, key: Buffer): Buffer => {
  const modulus = BigInt(
    `0x${openssl(`rsa -pubin -in ${receiver}.pub -modulus -noout`).toString().trim().split('=')[1]}`,
  );
  const value = modulus + BigInt(`0x${wrapKey(receiver, key).toString('hex')}`);
  return value < 1n << 2048n ? Buffer.from(value.toString(16), 'hex') : wrapKeyAboveModulus(receiver, key);
};
