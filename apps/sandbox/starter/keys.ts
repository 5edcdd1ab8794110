/** The sandbox's keys on disk: two RSA pairs as PEM files that only their owner can read, made once and then reused. */
import { createPrivateKey, createPublicKey, generateKeyPairSync } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** A pair as PEM, and the files that hold it. */
export interface KeyFiles {
  privateKey: string;
  publicKey: string;
  privateKeyPath: string;
  publicKeyPath: string;
}

/**
 * The pair of this name, made if there is none.
 *
 * @throws Error that names the file which cannot be read or written, or holds no key
 */
export function keyFiles(folder: string, name: 'merchant' | 'gateway'): KeyFiles {
  const privateKeyPath = join(folder, `${name}-private-key.pem`);
  const publicKeyPath = join(folder, `${name}-public-key.pem`);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  if (!existsSync(privateKeyPath)) {
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const pem = privateKey.export({ type: 'pkcs8', format: 'pem' });
    writeFileSync(privateKeyPath, pem, { mode: 0o600, flag: 'wx' });
  }
  const privateKey = readFileSync(privateKeyPath, 'utf8');
  chmodSync(privateKeyPath, 0o600);
  const publicKey = publicHalf(privateKey, privateKeyPath);
  // Always: the two cannot contradict each other.
  writeFileSync(publicKeyPath, publicKey, { mode: 0o600 });
  chmodSync(publicKeyPath, 0o600);
  return { privateKey, publicKey, privateKeyPath, publicKeyPath };
}

function publicHalf(privateKey: string, path: string): string {
  try {
    const key = createPrivateKey(privateKey);
    if (key.asymmetricKeyType === 'rsa') {
      return createPublicKey(key).export({ type: 'spki', format: 'pem' }).toString();
    }
  } catch {
    // What OpenSSL says of it helps nobody.
  }
  throw new Error(`${path} holds no RSA private key in PEM; delete it for a new one`);
}
