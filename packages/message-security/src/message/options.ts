/**
 * What sealing and opening take, and the check of it. A mistake in the options shows before anything is sent or applied,
 * never only when the reply comes.
 */
import { foreignHandle } from '../copies.ts';
import type { WebCrypto } from '../crypto/web-crypto.ts';
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
  crypto?: WebCrypto | undefined;
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
  /**
   * Content-Type of an encrypted body; `text/plain; charset=UTF-8` unless given.
   *
   * @see {@link https://github.com/alipayhk-pass/alipayhk-pass/blob/main/spec/ASSUMPTIONS.md#a6 A6}
   */
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
  /**
   * How far the message's time may be from this clock, in seconds; 300 unless given, at most 86,400.
   *
   * @see {@link https://github.com/alipayhk-pass/alipayhk-pass/blob/main/spec/ASSUMPTIONS.md#a10 A10}
   */
  tolerance?: number | undefined;
  /** Longest body in bytes as on the wire; 2 MiB unless given, which holds 1 MiB encrypted. */
  maxBodyBytes?: number | undefined;
  /**
   * Refuses a message whose signed content was received before; without one, replays within the tolerance are accepted.
   * For replies too: a reply of an earlier request is refused, and so is the second of two that are equal to the second.
   */
  replayGuard?: ReplayGuard | undefined;
  /** Refuse a message that is not encrypted; goes with `encryption`. */
  requireEncryption?: boolean | undefined;
}

/** What opening a response takes besides. */
export interface OpenResponseOptions extends OpenOptions {
  /**
   * How far a Response-Time may be before the Request-Time of its request, in seconds; 60 unless given, at most 86,400.
   * The protocol does not bind a reply to its request: an older reply would pass for the reply to this one.
   */
  replayAllowance?: number | undefined;
}

/** What opening a request takes besides. */
export interface OpenRequestOptions extends OpenOptions {
  /**
   * Path and query that were signed, where they are not the request's own: behind a proxy, or mounted under a prefix.
   */
  httpUri?: string | undefined;
  /** How long the body may take to arrive, in milliseconds; 30,000 unless given. */
  bodyTimeout?: number | undefined;
  /**
   * Called and awaited with the body as received, in full and before anything in it is verified: for a log of what was on
   * the wire. What it throws ends the opening.
   */
  onBody?: ((wire: Uint8Array<ArrayBuffer>) => unknown) | undefined;
}

type AllOptions = SealOptions &
  OpenResponseOptions &
  Omit<OpenRequestOptions, 'onBody'> & { timeout: number; fetch: unknown };

const isRing = (method: 'sign' | 'verify') => (ring: unknown) => {
  const keys = [ring].flat() as (Partial<PrivateKey & PublicKey> | null | undefined)[];
  return keys.length > 0 && keys.every((key) => typeof key?.[method] === 'function');
};
const isWithin = (most: number) => (value: unknown) => typeof value === 'number' && value > 0 && value <= most;
const milliseconds = [isWithin(2 ** 31 - 1), 'a number of milliseconds greater than 0'] as const;
const privateKeys = [isRing('sign'), 'what importPrivateKey returns, one key or several'] as const;
const publicKeys = [isRing('verify'), 'what importPublicKey returns, one key or several'] as const;

const aFunction = [(value: unknown) => typeof value === 'function', 'a function'] as const;

const forms: { [Name in keyof AllOptions]?: readonly [(value: unknown) => boolean, string] } = {
  clientId: [(id) => typeof id === 'string' && /^[\w-]+$/.test(id), 'letters, digits, dashes or underscores'],
  privateKey: privateKeys,
  publicKey: publicKeys,
  decryptionKey: privateKeys,
  encryptionKey: publicKeys,
  tolerance: [isWithin(86_400), 'a number of seconds greater than 0 and at most 86400'],
  replayAllowance: [isWithin(86_400), 'a number of seconds greater than 0 and at most 86400'],
  replayGuard: aFunction,
  fetch: aFunction,
  maxBodyBytes: [isWithin(Number.POSITIVE_INFINITY), 'a number of bytes greater than 0'],
  encryption: [isEncryption, 'RSA_AES or what rsaAes returns'],
  encryptedContentType: [
    (type) => typeof type === 'string' && /^[!-~][ -~]*$/.test(type),
    'printable ASCII characters',
  ],
  bodyTimeout: milliseconds,
  timeout: milliseconds,
};

/** @throws TypeError that names the option and what was expected */
export function checkSealOptions(options: SealOptions): void {
  const { encryption, encryptionKey } = options;
  const required = encryption && !encryptionKey ? (['publicKey'] as const) : [];
  checkOptions(options, ['clientId', 'privateKey', ...required], { opens: false });
}

/** @throws TypeError that names the option and what was expected */
export function checkOpenOptions(options: OpenOptions): void {
  const { encryption, decryptionKey } = options;
  const required = encryption && !decryptionKey ? (['privateKey'] as const) : [];
  checkOptions(options, ['clientId', 'publicKey', ...required], { seals: false });
}

/**
 * Refuses options that sealing or opening would fail on; an absent one is checked only if it is required.
 *
 * @param required - names of options that must be there
 * @param ends - `seals: false` where nothing is sealed, so that no key has to encrypt; `opens: false` likewise
 * @throws TypeError that names the option and what was expected
 */
export function checkOptions(
  options: Partial<AllOptions>,
  required: (keyof AllOptions)[],
  { seals = true, opens = true } = {},
): void {
  for (const [name, [fits, expected]] of Object.entries(forms)) {
    const value = options[name as keyof AllOptions];
    const isAbsent = value === undefined;
    if (isAbsent ? !required.includes(name as keyof AllOptions) : fits(value)) continue;
    const problem = isAbsent ? `is missing; expected ${expected}` : (foreignHandle(value) ?? `must be ${expected}`);
    throw new TypeError(`${name} ${problem}`);
  }
  const { encryption, requireEncryption, publicKey, privateKey, keyVersion, zone } = options;
  const { encryptionKey = publicKey, decryptionKey = privateKey } = options;
  if (zone !== undefined) formatTime(0, zone);
  if (privateKey) signingKey(privateKey, keyVersion);
  if (opens && requireEncryption && !encryption)
    throw new TypeError('requireEncryption is set, but encryption is missing');
  if (encryption === undefined) return;
  const { checkEncryptionKey, checkDecryptionKey } = suiteOf(encryption);
  if (seals && encryptionKey) {
    checkEncryptionKey(latestFirst(encryptionKey)[0], options.encryptionKey ? 'encryptionKey' : 'publicKey');
  }
  if (opens && decryptionKey) {
    const name = options.decryptionKey ? 'decryptionKey' : 'privateKey';
    for (const key of latestFirst(decryptionKey)) checkDecryptionKey(key, name);
  }
}
