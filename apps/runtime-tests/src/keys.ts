/** The keys of `spec/vectors`, imported once: not while a module loads, which workerd forbids. */
import {
  importPrivateKey,
  importPublicKey,
  type LocalPrivateKey,
  type PublicKey,
} from '@alipayhk-pass/message-security';
import { keys as texts } from '@alipayhk-pass/spec/vectors';

export { texts };

export type Party = 'merchant' | 'gateway' | 'stranger';

interface Pair {
  privateKey: LocalPrivateKey;
  publicKey: PublicKey;
}

let pairs: Promise<Record<Party, Pair>> | undefined;

export function importKeys(): Promise<Record<Party, Pair>> {
  pairs ??= importAll();
  return pairs;
}

async function importAll(): Promise<Record<Party, Pair>> {
  const pair = async (party: Party): Promise<Pair> => ({
    privateKey: await importPrivateKey(texts[party].privateKey, { keyVersion: '1' }),
    publicKey: await importPublicKey(texts[party].publicKey),
  });
  return { merchant: await pair('merchant'), gateway: await pair('gateway'), stranger: await pair('stranger') };
}
