/** The keys that the caller has, and the ends to which they belong. */
import type { PrivateKey, PublicKey } from '@alipayhk-pass/api';
import { UsageError } from '../exit.ts';
import { readInput } from '../files.ts';
import { importPrivateKey, importPublicKey, readKeyText } from '../keys.ts';
import type { Input, Options } from '../options.ts';
import { decryptionKeyOption, privateKeyOptions, publicKeyOptions } from '../settings.ts';
import { type CandidateKey, candidateKey } from './candidate-key.ts';

export type End = 'merchant' | 'gateway';

/** One key, of which one half or both are known. */
export interface KnownKey {
  owner: End | 'other';
  /** How the user named it, as `GATEWAY_PRIVATE_KEY`. */
  name: string;
  /** Whether it is the one that the other end holds: what its owner signs has to verify with it. */
  verifies: boolean;
  candidate: CandidateKey;
  publicKey: PublicKey;
  /** Where the private half of an RSA key is known: it decrypts. */
  privateKey?: PrivateKey;
}

export const knownKeyOptions = {
  'private-key': privateKeyOptions['private-key'],
  'own-public-key': {
    help: 'your public key, where the private one is not at hand',
    value: 'FILE',
    config: 'ownPublicKeyFile',
  },
  'public-key': publicKeyOptions['public-key'],
  'gateway-private-key': {
    help: "the gateway's private key, of a sandbox; the environment variable holds the key itself",
    value: 'FILE',
    env: 'GATEWAY_PRIVATE_KEY',
    config: 'gatewayPrivateKeyFile',
  },
  ...decryptionKeyOption,
  'other-key': { help: 'a key that may have been used by mistake, private or public', value: 'FILE', multiple: true },
} as const satisfies Options;

/**
 * Reads every key that is there.
 *
 * @throws UsageError when there is none; TypeError for what is no key
 */
export async function readKnownKeys(input: Input): Promise<KnownKey[]> {
  const settings = [
    ['merchant', 'private-key', 'private'],
    ['merchant', 'own-public-key', 'public'],
    ['gateway', 'gateway-private-key', 'private'],
    ['gateway', 'public-key', 'public'],
    ['other', 'decryption-key', 'private'], // it signs nothing
  ] as const;
  const keys: KnownKey[] = [];
  const add = async (
    owner: KnownKey['owner'],
    half: 'private' | 'public',
    text: string,
    name: string,
  ): Promise<void> => {
    const whose = { merchant: "the merchant's key", gateway: "AlipayHK's key", other: 'another key' }[owner];
    const candidate = candidateKey(`${whose}, ${name}`, text);
    const privateKey = half === 'private' ? await importPrivateKey(text, { name }) : undefined;
    if (half === 'public') await importPublicKey(text, { name }); // says what the text is instead
    if (candidate === undefined) throw new UsageError(`${name} cannot be read`);
    const publicKey = await importPublicKey(candidate.spki, { name });
    const decrypts = candidate.algorithm === 'RSA256' && privateKey !== undefined;
    const same = keys.find((each) => each.candidate.spki === candidate.spki && each.owner === owner);
    if (same !== undefined) return;
    // The other end verifies with the public half that it was given, whatever the private one is.
    for (const each of keys) if (half === 'public' && isOfSameUse(each, owner, candidate)) each.verifies = false;
    keys.push({ owner, name, verifies: owner !== 'other', candidate, publicKey, ...(decrypts && { privateKey }) });
  };
  for (const [owner, option, half] of settings) {
    const found = readKeyText(input, option);
    if (found) await add(owner, half, found.text, found.name);
  }
  for (const path of input.all('other-key')) {
    const text = readInput(path, '--other-key').toString();
    const half = await importPrivateKey(text).then(
      () => 'private' as const,
      () => 'public' as const,
    );
    await add('other', half, text, `--other-key (${path})`);
  }
  if (keys.length === 0) throw new UsageError('there is no key to verify with; expected --public-key or --private-key');
  return keys;
}

/** A sentence for each end of which two halves are given that are not a pair. */
export function unpaired(keys: KnownKey[]): string[] {
  return keys.flatMap(({ owner, name, verifies, candidate }) => {
    const half = keys.find((each) => each.verifies && isOfSameUse(each, owner, candidate));
    return owner === 'other' || verifies || half === undefined ? [] : [notPair(name, half.name)];
  });
}

/** What is said of two halves, by the names of their settings. */
export const notPair = (privateName: string, publicName: string): string =>
  `${privateName} and ${publicName} are not a pair`;

/** An end that signs with ECC224 has an RSA key besides, which is not another half. */
const isOfSameUse = (key: KnownKey, owner: KnownKey['owner'], { algorithm }: CandidateKey): boolean =>
  key.owner === owner && key.candidate.algorithm === algorithm;
