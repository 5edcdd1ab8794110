/** The keys that the caller has, and the ends to which they belong. */
import { importPrivateKey, importPublicKey, type PrivateKey, type PublicKey } from '@alipayhk-pass/api';
import { UsageError } from '../exit.ts';
import { readInput } from '../files.ts';
import type { Input, Options } from '../options.ts';
import { privateKeyOptions, publicKeyOptions, readKeyText } from '../settings.ts';
import { type CandidateKey, candidateKey, type RsaCandidate, toBase64Url } from './candidate-key.ts';

export type End = 'merchant' | 'gateway';

/** One key, of which one half or both are known. */
export interface KnownKey {
  owner: End | 'other';
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
    help: "the gateway's private key, of a sandbox; the variable holds the key itself",
    value: 'FILE',
    env: 'GATEWAY_PRIVATE_KEY',
    config: 'gatewayPrivateKeyFile',
  },
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
    const key =
      candidate?.algorithm === 'ECC224'
        ? await readEcKey(half, text, candidate.spki, name)
        : await readRsaKey(half, text, candidate, name);
    if (candidate === undefined) return; // readRsaKey has thrown; this narrows the type
    const same = keys.find((each) => each.candidate.spki === candidate.spki && each.owner === owner);
    if (same === undefined) keys.push({ owner, candidate, ...key });
  };
  for (const [owner, option, half] of settings) {
    const found = readKeyText(input, option);
    if (found) await add(owner, half, found.text, found.name);
  }
  for (const path of input.all('other-key')) {
    const text = readInput(path, '--other-key').toString();
    const isRsa = candidateKey('', text)?.algorithm !== 'ECC224';
    const reading = isRsa ? importPrivateKey(text) : (await ecc224()).importEcc224PrivateKey(text);
    const half = await reading.then(
      () => 'private' as const,
      () => 'public' as const,
    );
    await add('other', half, text, `--other-key (${path})`);
  }
  if (keys.length === 0) throw new UsageError('there is no key to verify with; expected --public-key or --private-key');
  return keys;
}

type Handles = Pick<KnownKey, 'publicKey' | 'privateKey'>;

/** @throws TypeError that says what the text is instead */
async function readRsaKey(
  half: 'private' | 'public',
  text: string,
  candidate: RsaCandidate | undefined,
  name: string,
): Promise<Handles> {
  const given = half === 'private' ? await importPrivateKey(text, { name }) : await importPublicKey(text, { name });
  if (!candidate) throw new UsageError(`${name} cannot be read`);
  const { n, e } = candidate;
  const publicKey = await importPublicKey({ kty: 'RSA', n: toBase64Url(n), e: toBase64Url(e) }, { name });
  return { publicKey, ...(half === 'private' && { privateKey: given as PrivateKey }) };
}

/** P-224, which is a third of the program, where there is such a key. */
const ecc224 = () => import('@alipayhk-pass/message-security/ecc224');

/** @throws UsageError that says what the text is instead */
async function readEcKey(half: 'private' | 'public', text: string, spki: string, name: string): Promise<Handles> {
  const { importEcc224PrivateKey, importEcc224PublicKey } = await ecc224();
  try {
    await (half === 'private' ? importEcc224PrivateKey(text) : importEcc224PublicKey(text));
    return { publicKey: await importEcc224PublicKey(spki) };
  } catch (error) {
    throw new UsageError((error as Error).message.replace(/^(?:private|public)Key/, name));
  }
}
