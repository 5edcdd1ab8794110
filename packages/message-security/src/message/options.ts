/**
 * Options of sealing and opening, and their check. A wrong option is refused before anything is sent or applied.
 */
import { foreignHandle } from '../copies.ts';
import type { WebCrypto } from '../crypto/web-crypto.ts';
import type { PrivateKey, PublicKey } from '../keys/key.ts';
import { type KeyRing, latestFirst, signingKey } from '../keys/key-ring.ts';
import { type Encryption, isEncryption, suiteOf } from './encryption.ts';
import type { ReplayGuard } from './replay.ts';
import { formatTime } from './time.ts';

/** Options of sealing and opening alike. */
export interface MessageOptions {
  /** The merchant's Client-Id. Every message carries it and is signed over it. */
  clientId: string;
  /** `RSA_AES` encrypts and decrypts bodies. Without it bodies are sent in plain, and an encrypted one is refused. */
  encryption?: Encryption | undefined;
  /** Returns the time in milliseconds since the epoch; `Date.now` unless given. */
  now?: (() => number) | undefined;
  /** Replaces `globalThis.crypto` for encryption. Keys use the one that they were imported with. */
  crypto?: WebCrypto | undefined;
}

/** Options of sealing. */
export interface SealOptions extends MessageOptions {
  /** The sender's own key: it signs. */
  privateKey: KeyRing<PrivateKey>;
  /** The receiver's key: it encrypts. Required only with `encryption`. */
  publicKey?: KeyRing<PublicKey> | undefined;
  /** The receiver's RSA key that encrypts, when `publicKey` has another algorithm (ECC224). */
  encryptionKey?: KeyRing<PublicKey> | undefined;
  /** Version of `privateKey` that signs; the latest unless given. */
  keyVersion?: string | undefined;
  /** Zone of Request-Time or Response-Time as an offset from UTC; `+08:00` unless given. */
  zone?: string | undefined;
  /**
   * Content-Type of an encrypted body; `text/plain; charset=UTF-8` unless given.
   *
   * @see {@link https://github.com/alipayhk-pass/alipayhk-pass/blob/main/spec/ASSUMPTIONS.md#a6 A6}
   */
  encryptedContentType?: string | undefined;
}

/** Options of opening. */
export interface OpenOptions extends MessageOptions {
  /** The sender's key: it verifies. */
  publicKey: KeyRing<PublicKey>;
  /** The receiver's own key: it decrypts. Required only with `encryption`. */
  privateKey?: KeyRing<PrivateKey> | undefined;
  /** The receiver's RSA key that decrypts, when `privateKey` has another algorithm (ECC224). */
  decryptionKey?: KeyRing<PrivateKey> | undefined;
  /**
   * How far the time of a message may be from this clock, in seconds; 300 unless given, at most 86,400.
   *
   * @see {@link https://github.com/alipayhk-pass/alipayhk-pass/blob/main/spec/ASSUMPTIONS.md#a10 A10}
   */
  tolerance?: number | undefined;
  /** Longest body on the wire, in bytes; 2 MiB unless given, enough for 1 MiB that is encrypted. */
  maxBodyBytes?: number | undefined;
  /**
   * Refuses a message when its signed content was received before. Without it, a message can be replayed while its time
   * is accepted. At the sending end it refuses a reply that was received before, and also the second of two equal
   * replies that were signed within one second.
   */
  replayGuard?: ReplayGuard | undefined;
  /** Refuses a message that is not encrypted. Requires `encryption`. */
  requireEncryption?: boolean | undefined;
}

/** Options of opening a response. */
export interface OpenResponseOptions extends OpenOptions {
  /**
   * How far Response-Time may be before the Request-Time of its request, in seconds; 60 unless given, at most 86,400. The
   * protocol does not bind a reply to its request, so an older reply would be accepted as the reply to this request.
   */
  replayAllowance?: number | undefined;
}

/** Options of opening a request. */
export interface OpenRequestOptions extends OpenOptions {
  /** Path and query that were signed, when a proxy or a router has changed those of the request. */
  httpUri?: string | undefined;
  /** Time for the body to arrive, in milliseconds; 30,000 unless given. */
  bodyTimeout?: number | undefined;
  /**
   * Called and awaited with the complete body as received, before anything in it is verified: for a log of the wire. The
   * same bytes are verified afterwards, so do not change them. When it throws, `openRequest` rejects with that error.
   */
  onBody?: ((wire: Uint8Array<ArrayBuffer>) => unknown) | undefined;
}

/** The options of sealing, opening and sending together. */
export type AllOptions = SealOptions &
  OpenResponseOptions &
  Omit<OpenRequestOptions, 'onBody'> & { timeout: number; fetch: unknown };

const isRing = (method: 'sign' | 'verify') => (ring: unknown) => {
  const keys = [ring].flat() as (Partial<PrivateKey & PublicKey> | null | undefined)[];
  return keys.length > 0 && keys.every((key) => typeof key?.[method] === 'function');
};
/**
 * Whether both can stand in a header. A remote key brings its own, so they are checked before anything is sent or
 * applied.
 */
const hasNames = ({ algorithm, keyVersion = '1' }: PrivateKey | PublicKey) =>
  [algorithm, keyVersion].every((name) => typeof name === 'string' && /^[\w.-]+$/.test(name));
const isWithin = (most: number) => (value: unknown) => typeof value === 'number' && value > 0 && value <= most;
const milliseconds = [isWithin(2 ** 31 - 1), 'a number of milliseconds greater than 0'] as const;
const privateKeys = [isRing('sign'), 'a key from importPrivateKey, or a list of them'] as const;
const publicKeys = [isRing('verify'), 'a key from importPublicKey, or a list of them'] as const;

const aFunction = [(value: unknown) => typeof value === 'function', 'a function'] as const;

/** The check of each option, and the text of what is expected. */
const forms: [string, readonly [(value: unknown) => boolean, string]][] = /* @__PURE__ */ Object.entries({
  clientId: [(id) => typeof id === 'string' && /^[\w-]+$/.test(id), 'letters, digits, dashes or underscores'],
  privateKey: privateKeys,
  publicKey: publicKeys,
  decryptionKey: privateKeys,
  encryptionKey: publicKeys,
  tolerance: [isWithin(86_400), 'a number of seconds greater than 0 and at most 86400'],
  replayAllowance: [isWithin(86_400), 'a number of seconds greater than 0 and at most 86400'],
  replayGuard: aFunction,
  now: aFunction,
  fetch: aFunction,
  maxBodyBytes: [isWithin(Number.POSITIVE_INFINITY), 'a number of bytes greater than 0'],
  encryption: [isEncryption, 'RSA_AES or the result of rsaAes'],
  encryptedContentType: [
    (type) => typeof type === 'string' && /^[!-~][ -~]*$/.test(type),
    'printable ASCII characters',
  ],
  bodyTimeout: milliseconds,
  timeout: milliseconds,
} satisfies { [Name in keyof AllOptions]?: readonly [(value: unknown) => boolean, string] });

/**
 * Checks the options of sealing.
 *
 * @throws TypeError that names the option and what was expected
 */
export function checkSealOptions(options: SealOptions): void {
  const { encryption, encryptionKey } = options;
  const required = encryption && !encryptionKey ? (['publicKey'] as const) : [];
  checkOptions(options, ['clientId', 'privateKey', ...required], { opens: false });
}

/**
 * Checks the options of opening.
 *
 * @throws TypeError that names the option and what was expected
 */
export function checkOpenOptions(options: OpenOptions): void {
  const { encryption, decryptionKey } = options;
  const required = encryption && !decryptionKey ? (['privateKey'] as const) : [];
  checkOptions(options, ['clientId', 'publicKey', ...required], { seals: false });
}

/**
 * Refuses options with which sealing or opening would fail. An absent option is refused only if it is required.
 *
 * @param required - names of the options that are required
 * @param uses - `seals: false` when nothing is sealed, so that no key has to encrypt; `opens: false` when nothing is
 *   opened
 * @throws TypeError that names the option and what was expected
 * @example
 * ```ts
 * import { checkOptions } from '@alipayhk-pass/message-security';
 *
 * checkOptions({ clientId, privateKey, publicKey, timeout: 5_000 }, ['clientId', 'privateKey', 'publicKey']);
 * ```
 */
export function checkOptions(
  options: Partial<AllOptions>,
  required: (keyof AllOptions)[],
  { seals = true, opens = true } = {},
): void {
  for (const [name, [fits, expected]] of forms) {
    const value = options[name as keyof AllOptions];
    const isAbsent = value === undefined;
    if (isAbsent ? !required.includes(name as keyof AllOptions) : fits(value)) continue;
    const problem = isAbsent ? `is missing; expected ${expected}` : (foreignHandle(value) ?? `must be ${expected}`);
    throw new TypeError(`${name} ${problem}`);
  }
  for (const name of ['privateKey', 'publicKey', 'decryptionKey', 'encryptionKey'] as const) {
    if ([options[name] ?? []].flat().every(hasNames)) continue;
    const expected = 'expected letters, digits, dots, dashes or underscores';
    throw new TypeError(`${name} has an invalid algorithm or keyVersion; ${expected}`);
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
