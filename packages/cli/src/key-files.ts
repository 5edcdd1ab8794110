/** A pair of keys in files that only their owner can read. */
import { createHash, createPublicKey, generateKeyPair } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { UsageError } from './exit.ts';
import { makeKeyFolder, writeOutput } from './files.ts';

/** Where a pair is, and what its console needs. */
export interface KeyFiles {
  /** Paths: PEM and base64 of the private half, then of the public one. */
  files: string[];
  privateKeyPath: string;
  publicKeyPath: string;
  /** SPKI in base64, in one line. */
  publicKey: string;
  /** SHA-256 of SPKI in hex. */
  fingerprint: string;
}

export const keyAlgorithms = ['RSA256', 'ECC224'] as const;
type KeyAlgorithm = (typeof keyAlgorithms)[number];

const pathsOf = (folder: string, name: string) => ({
  privateKeyPath: join(folder, `${name}-private-key.pem`),
  publicKeyPath: join(folder, `${name}-public-key.pem`),
  files: ['pem', 'base64'].flatMap((form) =>
    ['private', 'public'].map((half) => join(folder, `${name}-${half}-key.${form}`)),
  ),
});

/**
 * Makes a pair: of RSA keys with so many bits or, for ECC224, of keys on P-224.
 *
 * @param name - beginning of the names of the files
 * @throws UsageError when one of them exists, unless `force`
 */
export async function writeKeyFiles(
  folder: string,
  name: string,
  {
    algorithm = 'RSA256',
    bits = 2048,
    force = false,
  }: { algorithm?: KeyAlgorithm; bits?: number; force?: boolean } = {},
): Promise<KeyFiles> {
  const { files, ...paths } = pathsOf(folder, name);
  // All of them first: half of an old pair beside half of a new one would be worse than either.
  const existing = files.find((each) => existsSync(each));
  if (existing !== undefined && !force) throw new UsageError(`${existing} exists; use --force to overwrite it`);
  const encodings = {
    publicKeyEncoding: { type: 'spki', format: 'der' },
    privateKeyEncoding: { type: 'pkcs8', format: 'der' },
  } as const;
  const generate = promisify(generateKeyPair);
  const { privateKey, publicKey } =
    algorithm === 'ECC224'
      ? await generate('ec', { namedCurve: 'secp224r1', ...encodings })
      : await generate('rsa', { modulusLength: bits, ...encodings });
  makeKeyFolder(folder);
  for (const [half, der] of [
    ['private', privateKey],
    ['public', publicKey],
  ] as const) {
    const base64 = der.toString('base64');
    const label = `${half.toUpperCase()} KEY`;
    const lines = base64.match(/.{1,64}/g)?.join('\n');
    for (const [form, content] of [
      ['pem', `-----BEGIN ${label}-----\n${lines}\n-----END ${label}-----\n`],
      ['base64', `${base64}\n`],
    ] as const) {
      writeOutput(join(folder, `${name}-${half}-key.${form}`), content, { mode: 0o600, force });
    }
  }
  return { ...paths, files, ...describe(publicKey) };
}

/**
 * The pair in a folder, made if there is none.
 *
 * @throws UsageError when the file holds no key
 */
export async function ensureKeyFiles(folder: string, name: string): Promise<KeyFiles> {
  const { files, ...paths } = pathsOf(folder, name);
  if (!existsSync(paths.privateKeyPath)) return writeKeyFiles(folder, name);
  try {
    const publicKey = createPublicKey(readFileSync(paths.privateKeyPath)).export({ type: 'spki', format: 'der' });
    return { ...paths, files, ...describe(publicKey) };
  } catch {
    throw new UsageError(
      `${paths.privateKeyPath} holds no private key in PEM; expected one, or no such file for a new key`,
    );
  }
}

function describe(publicKey: Buffer): Pick<KeyFiles, 'publicKey' | 'fingerprint'> {
  return { publicKey: publicKey.toString('base64'), fingerprint: createHash('sha256').update(publicKey).digest('hex') };
}
