/**
 * A gateway's profile: what `alipayhk-pass doctor --probe` found out about a gateway, as options of a client. AlipayHK's
 * documents leave these settings open, so they are read from a file and not from code.
 */
import { type Encryption, type RsaAesOptions, rsaAes } from '@alipayhk-pass/message-security';
import type { ClientOptions } from './client.ts';

/** A profile as it is stored, in JSON. */
export interface GatewayProfile {
  /** Of this form. */
  version: 1;
  /** Origin of the gateway that was probed. */
  baseUrl: string;
  /** When, in ISO 8601. */
  probedAt: string;
  /** What a client is set to. */
  settings: ProfileSettings;
  /** By the numbers of {@link https://github.com/alipayhk-pass/alipayhk-pass/blob/main/spec/ASSUMPTIONS.md the assumptions}, as `A6`. */
  assumptions: Record<string, ProfileFinding>;
}

/** What a probe found out about an assumption. */
export interface ProfileFinding {
  /** Whether the question is answered. */
  settled: boolean;
  /** What was found, in words. */
  finding: string;
}

/** What a client is set to; what is left out stays as the client has it. */
export interface ProfileSettings {
  /** How bodies are encrypted; `null` where the gateway accepted no encrypted body. */
  encryption?: Required<Pick<RsaAesOptions, 'content' | 'keyTransport'>> | null;
  /** Content-Type of an encrypted body. */
  encryptedContentType?: string;
  /** Every reply to an encrypted request was encrypted, so that a plain one need not be accepted. */
  requireEncryption?: boolean;
}

/** The options that a profile sets. */
export type ProfileOptions = Pick<
  ClientOptions,
  'baseUrl' | 'encryption' | 'encryptedContentType' | 'requireEncryption'
>;

/**
 * The client's options that a profile stands for; the ones that it is silent about are left out.
 *
 * @param profile - what the file holds, parsed
 * @throws TypeError that names the field and what was expected
 * @example
 * ```ts
 * import { createClient, optionsOfProfile } from '@alipayhk-pass/api';
 *
 * const profile: unknown = JSON.parse(profileText); // what alipayhk-pass.profile.json holds
 * const client = createClient({ clientId, privateKey, publicKey, ...optionsOfProfile(profile) });
 * ```
 */
export function optionsOfProfile(profile: unknown): ProfileOptions {
  const { version, baseUrl, settings } = (profile ?? {}) as Partial<GatewayProfile>;
  if (version !== 1) throw new TypeError('profile.version must be 1');
  if (typeof baseUrl !== 'string')
    throw new TypeError('profile.baseUrl must be an origin such as https://open.alipay.hk');
  if (typeof settings !== 'object' || settings === null) throw new TypeError('profile.settings must be an object');
  const { encryption, encryptedContentType, requireEncryption } = settings;
  if (encryptedContentType !== undefined && typeof encryptedContentType !== 'string') {
    throw new TypeError('profile.settings.encryptedContentType must be a string');
  }
  if (requireEncryption !== undefined && typeof requireEncryption !== 'boolean') {
    throw new TypeError('profile.settings.requireEncryption must be true or false');
  }
  const chosen = encryptionOf(encryption);
  return {
    baseUrl,
    ...(chosen && { encryption: chosen }),
    ...(chosen && requireEncryption && { requireEncryption }),
    ...(encryptedContentType && { encryptedContentType }),
  };
}

/** @throws TypeError */
function encryptionOf(encryption: unknown): Encryption | undefined {
  if (encryption == null) return undefined;
  if (typeof encryption !== 'object') throw new TypeError('profile.settings.encryption must be an object or null');
  try {
    const { content, keyTransport } = encryption as RsaAesOptions;
    return rsaAes({ ...(content && { content }), ...(keyTransport && { keyTransport }) });
  } catch (error) {
    throw new TypeError(`profile.settings.encryption: ${(error as Error).message}`);
  }
}
