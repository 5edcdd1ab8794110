/**
 * Key rings: one key, or several versions of it (A8). They decide which key signs, and which keys a header may mean.
 */
import { HeaderInvalid } from '../errors.ts';

interface Versioned {
  readonly keyVersion?: string | undefined;
}

/** One key, or several versions of it, the latest last. */
export type KeyRing<Key> = Key | readonly [Key, ...Key[]];

/**
 * The versions of a ring, the latest first.
 *
 * @throws TypeError for an empty ring
 */
export function latestFirst<Key>(ring: KeyRing<Key>): [Key, ...Key[]] {
  const keys = [ring].flat().reverse();
  if (keys.length === 0) throw new TypeError('the key ring is empty; expected at least one key');
  return keys as [Key, ...Key[]];
}

/**
 * The key that signs: the latest, or that of `keyVersion`.
 *
 * @throws TypeError when the ring has no such version
 */
export function signingKey<Key extends Versioned>(privateKey: KeyRing<Key>, keyVersion: string | undefined): Key {
  const key = latestFirst(privateKey).find((each) => keyVersion === undefined || each.keyVersion === keyVersion);
  if (key === undefined) throw new TypeError(`privateKey has no keyVersion ${keyVersion}`);
  return key;
}

/**
 * The keys that a header may mean, the latest first: those of the version that it names, or all of them if it names
 * none. A key without a version stands for every version.
 *
 * @param header - name of the header, for the error
 * @param keyVersion - version that the header names
 * @throws HeaderInvalid when the ring has no such version
 */
export function keysFor<Key extends Versioned>(
  header: 'Signature' | 'Encrypt',
  ring: KeyRing<Key>,
  keyVersion: string | undefined,
): Key[] {
  const keys = latestFirst(ring).filter(
    (key) => keyVersion === undefined || key.keyVersion === undefined || key.keyVersion === keyVersion,
  );
  if (keys.length === 0) {
    const stage = header === 'Encrypt' ? 'decryption' : 'signature';
    throw new HeaderInvalid(header, `${header} header names a keyVersion that is not configured`, stage);
  }
  return keys;
}
