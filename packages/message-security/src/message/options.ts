/**
 * What sealing and opening take, and the check of it. A mistake in the options shows before anything is sent or applied,
 * never only when the answer comes.
 */

import type { PrivateKey, PublicKey } from '../keys/key.ts';
import { type KeyRing, latestFirst, signingKey } from '../keys/key-ring.ts';
import { type Encryption, isEncryption, suiteOf } from './encryption.ts';
import type { ReplayGuard } from './replay.ts';
import { formatTime } from './time.ts';

/** What both directions share. */
export interface MessageOptions {
  /** The id under which the merchant is configured; signed with every message. */
  clientId: string;
  /** `RSA_AES`, to encrypt and decrypt bodies; without it bodies are plain and an encrypted one is refused. */
  encryption?: Encryption | undefined;
  /** This clock, in milliseconds since the epoch; `Date.now` unless given. */
  now?: (() => number) | undefined;
  /** Replaces `globalThis.crypto` for encryption; keys keep the one that they were imported with. */
  crypto?: Crypto | undefined;
}

/** What sealing takes. */
export interface SealOptions extends MessageOptions {
  /** Ours: signs. */
  privateKey: KeyRing<PrivateKey>;
  /** Theirs: encrypts. Needed only with `encryption`. */
  publicKey?: KeyRing<PublicKey> | undefined;
  /** Theirs: encrypts in place of `publicKey`, where that one is no RSA key (ECC224). */
  encryptionKey?: KeyRing<PublicKey> | undefined;
  /** Which version of `privateKey` signs; the latest unless given. */
  keyVersion?: string | undefined;
  /** Zone of the time that is written, as `+08:00`, which is the default. */
  zone?: string | undefined;
  /** Content-Type of an encrypted body; `text/plain; charset=UTF-8` unless given (A6). */
  encryptedContentType?: string | undefined;
}

/** What opening takes. */
export interface OpenOptions extends MessageOptions {
  /** Theirs: verifies. */
  publicKey: KeyRing<PublicKey>;
  /** Ours: decrypts. Needed only with `encryption`. */
  privateKey?: KeyRing<PrivateKey> | undefined;
  /** Ours: decrypts in place of `privateKey`, where that one is no RSA key (ECC224). */
  decryptionKey?: KeyRing<PrivateKey> | undefined;
  /** How far the message's time may be from this clock, in seconds; 300 unless given, at most 86,400 (A10). */
  tolerance?: number | undefined;
  /** Longest body in bytes as on the wire; 2 MiB unless given, which holds 1 MiB encrypted. */
  maxBodyBytes?: number | undefined;
  /** Refuse a message that is not encrypted; goes with `encryption`. */
  requireEncryption?: boolean | undefined;
}

/** What opening a request takes besides. */
export interface OpenRequestOptions extends OpenOptions {
  /** Refuses a request that was received before; without one, replays within the tolerance are accepted. */
  replayGuard?: ReplayGuard | undefined;
  /** How long the body may take to arrive, in milliseconds; 30,000 unless given. */
  bodyTimeout?: number | undefined;
}

type AllOptions = SealOptions & OpenRequestOptions & { timeout: number };

const isRing = (method: 'sign' | 'verify') => (ring: unknown) => {
  const keys = [ring].flat() as (Partial<PrivateKey & PublicKey> | null | undefined)[];
  return keys.length > 0 && keys.every((key) => typeof key?.[method] === 'function');
};
const isWithin = (most: number) => (value: unknown) => typeof value === 'number' && value > 0 && value <= most;
const milliseconds = [isWithin(2 ** 31 - 1), 'milliseconds, more than 0'] as const;
const privateKeys = [isRing('sign'), 'what importPrivateKey returns, one or several'] as const;
const publicKeys = [isRing('verify'), 'what importPublicKey returns, one or several'] as const;

const forms: { [Name in keyof AllOptions]?: readonly [(value: unknown) => boolean, string] } = {
  clientId: [(id) => typeof id === 'string' && /^[\w-]+$/.test(id), 'letters, digits, dash or underscore'],
  privateKey: privateKeys,
  publicKey: publicKeys,
  decryptionKey: privateKeys,
  encryptionKey: publicKeys,
  tolerance: [isWithin(86_400), 'seconds, more than 0 and at most 86400'],
  maxBodyBytes: [isWithin(Number.POSITIVE_INFINITY), 'bytes, more than 0'],
  encryption: [isEncryption, 'RSA_AES, or what rsaAes returns'],
  bodyTimeout: milliseconds,
  timeout: milliseconds,
};

/** @throws TypeError that names the option and what was expected */
export function checkSealOptions(options: SealOptions): void {
  const { encryption, encryptionKey } = options;
  checkOptions(
    options,
    ['clientId', 'privateKey', ...(encryption && !encryptionKey ? ['publicKey' as const] : [])],
    false,
  );
}

/** @throws TypeError that names the option and what was expected */
export function checkOpenOptions(options: OpenOptions): void {
  const { encryption, decryptionKey } = options;
  checkOptions(options, ['clientId', 'publicKey', ...(encryption && !decryptionKey ? ['privateKey' as const] : [])]);
}

/**
 * Refuses options that sealing or opening would stumble over; one that is absent is looked at only if it is required.
 *
 * @param required - names of options that must be there
 * @param opens - false where nothing will be opened, so that nothing has to decrypt
 * @throws TypeError that names the option and what was expected
 */
export function checkOptions(options: Partial<AllOptions>, required: (keyof AllOptions)[], opens = true): void {
  for (const [name, [fits, expected]] of Object.entries(forms)) {
    const value = options[name as keyof AllOptions];
    const isAbsent = value === undefined && !required.includes(name as keyof AllOptions);
    if (!isAbsent && !fits(value)) throw new TypeError(`${name}: expected ${expected}`);
  }
  const { encryption, requireEncryption, privateKey, decryptionKey = privateKey, keyVersion, zone } = options;
  formatTime(0, zone);
  if (privateKey) signingKey(privateKey, keyVersion);
  if (opens && requireEncryption && !encryption) throw new TypeError('encryption: expected one, for requireEncryption');
  if (opens && encryption && decryptionKey) latestFirst(decryptionKey).forEach(suiteOf(encryption).checkKey);
}
