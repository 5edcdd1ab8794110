/**
 * Keys from files, the environment or standard input. Whether a key is RSA or on P-224 its text says, and with that whether
 * it signs with RSA256 or with ECC224.
 */
import {
  importPrivateKey as importRsaPrivateKey,
  importPublicKey as importRsaPublicKey,
  type KeyOptions,
  type PrivateKey,
  type PublicKey,
} from '@alipayhk-pass/api';
import { UsageError } from './exit.ts';
import { readInput } from './files.ts';
import type { Input } from './options.ts';

/** P-224, which is a third of the program, where there is such a key. */
const ecc224 = () => import('@alipayhk-pass/message-security/ecc224');

/** @throws TypeError that says what the text is instead */
export const importPrivateKey = (text: string, options: KeyOptions = {}): Promise<PrivateKey> =>
  importRsaPrivateKey(text, options).catch(async (error: unknown) => {
    if (!isOfEcKey(error)) throw error;
    return (await ecc224()).importEcc224PrivateKey(text, options);
  });

/** @throws TypeError that says what the text is instead */
export const importPublicKey = (text: string, options: KeyOptions = {}): Promise<PublicKey> =>
  importRsaPublicKey(text, options).catch(async (error: unknown) => {
    if (!isOfEcKey(error)) throw error;
    return (await ecc224()).importEcc224PublicKey(text, options);
  });

/** The core reads more forms of keys than the runtimes do, so it is asked what the text holds. */
const isOfEcKey = (error: unknown): boolean => error instanceof TypeError && error.message.includes(' is an EC key;');

/**
 * The text of a key: of the file that an option or the configuration names, or the variable itself.
 *
 * @param option - the option that gives it
 */
export function readKeyText(input: Input, option: string): { text: string; name: string } | undefined {
  const setting = input.setting(option);
  if (setting === undefined) return undefined;
  const { value, from, name } = setting;
  if (from === 'environment') return { text: value, name };
  if (value.includes('-----BEGIN')) {
    throw new UsageError(`${name} is a key itself; expected the path of a file, because others can read command lines`);
  }
  return { text: readInput(input.path(option) ?? value, name).toString(), name: `${name} (${value})` };
}

/** @throws UsageError when there is none; TypeError that names it and says what it is instead */
export async function readPrivateKey(input: Input, option = 'private-key'): Promise<PrivateKey> {
  const { text, name } = requireKeyText(input, option);
  return importPrivateKey(text, { name, keyVersion: input.text('key-version') });
}

/** @throws UsageError when there is none; TypeError that names it and says what it is instead */
export async function readPublicKey(input: Input, option = 'public-key'): Promise<PublicKey> {
  const { text, name } = requireKeyText(input, option);
  return importPublicKey(text, { name });
}

/** What encrypts, as options of sealing. */
export interface EncryptionKeys {
  publicKey?: PublicKey;
  encryptionKey?: PublicKey;
}

/** What decrypts, as options of opening. */
export interface DecryptionKeys {
  privateKey?: PrivateKey;
  decryptionKey?: PrivateKey;
}

/**
 * The RSA key to which bodies are encrypted: one given for that alone, else the receiver's other key.
 *
 * @param option - the option that gives the receiver's other key
 * @throws UsageError when that is an ECC224 key, and when there is none; TypeError that says what else it is instead
 */
export async function readEncryptionKey(input: Input, option = 'public-key'): Promise<EncryptionKeys> {
  const given = readKeyText(input, 'encryption-key');
  const key = given ? await importPublicKey(given.text, { name: given.name }) : await readPublicKey(input, option);
  expectRsa(key, given?.name, input, option, 'encryption-key');
  return given ? { encryptionKey: key } : { publicKey: key };
}

/**
 * The RSA key with which bodies are decrypted: one given for that alone, else the receiver's other key.
 *
 * @param option - the option that gives the receiver's other key
 * @throws UsageError when that is an ECC224 key, and when there is none; TypeError that says what else it is instead
 */
export async function readDecryptionKey(input: Input, option = 'private-key'): Promise<DecryptionKeys> {
  const given = readKeyText(input, 'decryption-key');
  const key = given ? await importPrivateKey(given.text, { name: given.name }) : await readPrivateKey(input, option);
  expectRsa(key, given?.name, input, option, 'decryption-key');
  return given ? { decryptionKey: key } : { privateKey: key };
}

function expectRsa(
  key: PrivateKey | PublicKey,
  given: string | undefined,
  input: Input,
  option: string,
  wanted: string,
) {
  if (key.algorithm !== 'ECC224') return;
  const missing = given ? '' : `; ${input.missing(wanted)}`;
  const name = given ?? input.setting(option)?.name;
  throw new UsageError(`RSA_AES needs an RSA key, and ${name} is an ECC224 key${missing}`);
}

function requireKeyText(input: Input, option: string): { text: string; name: string } {
  const found = readKeyText(input, option);
  if (found === undefined) throw new UsageError(input.missing(option));
  return found;
}
