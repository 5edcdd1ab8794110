/** Settings that several commands share, and how they become keys and options of the packages below. */
import { readFileSync } from 'node:fs';
import { type ClientOptions, type GatewayProfile, optionsOfProfile, type ProfileOptions } from '@alipayhk-pass/api';
import { type Encryption, type RsaAesOptions, rsaAes } from '@alipayhk-pass/message-security';
import { UsageError } from './exit.ts';
import { unreadable } from './files.ts';
import { readDecryptionKey, readEncryptionKey, readPrivateKey, readPublicKey } from './keys.ts';
import type { Input, Options } from './options.ts';

/** Where updates go; signed with every message. */
export const updatePassPath = '/api/open/alipay/v1/ipass/pass/manage/updatePass';

export const contents = ['AES-ECB', 'AES-CBC', 'AES-GCM'] as const;
export const keyTransports = ['RSAES-PKCS1-v1_5', 'RSA-OAEP', 'RSA-OAEP-256'] as const;

export const clientIdOption = {
  'client-id': { help: "the merchant's Client-Id", value: 'ID', env: 'CLIENT_ID', config: 'clientId' },
} as const satisfies Options;

export const privateKeyOptions = {
  'private-key': {
    help: 'your private key, in PEM or bare base64; the environment variable holds the key itself',
    value: 'FILE',
    env: 'MERCHANT_PRIVATE_KEY',
    config: 'privateKeyFile',
  },
  'key-version': {
    help: 'version of your key, as the console shows it; sent in the Signature header',
    value: 'VERSION',
    env: 'KEY_VERSION',
    config: 'keyVersion',
  },
} as const satisfies Options;

export const publicKeyOptions = {
  'public-key': {
    help: "the other end's public key: AlipayHK's, as its console shows it; the environment variable holds the key itself",
    value: 'FILE',
    env: 'ALIPAYHK_PUBLIC_KEY',
    config: 'publicKeyFile',
  },
} as const satisfies Options;

export const encryptionOptions = {
  encrypt: { help: 'encrypt the body with RSA_AES', env: 'ENCRYPT', config: 'encrypt' },
  content: {
    help: `how the body is encrypted: ${contents.join(', ')}`,
    value: 'CIPHER',
    config: 'content',
    unless: 'AES-ECB',
  },
  'key-transport': {
    help: `how the AES key is encrypted: ${keyTransports.join(', ')}`,
    value: 'SCHEME',
    config: 'keyTransport',
    unless: 'RSAES-PKCS1-v1_5',
  },
  'encrypted-content-type': {
    help: 'Content-Type of an encrypted body',
    value: 'TYPE',
    config: 'encryptedContentType',
    unless: 'text/plain; charset=UTF-8',
  },
} as const satisfies Options;

/** An end that signs with ECC224 has RSA keys besides, for RSA_AES alone. */
export const encryptionKeyOption = {
  'encryption-key': {
    help: "the other end's RSA key, where --public-key is an ECC224 key: bodies are encrypted to it",
    value: 'FILE',
    env: 'ALIPAYHK_ENCRYPTION_KEY',
    config: 'encryptionKeyFile',
    unless: 'that of --public-key',
  },
} as const satisfies Options;

export const decryptionKeyOption = {
  'decryption-key': {
    help: 'your RSA key, where --private-key is an ECC224 key: bodies are decrypted with it',
    value: 'FILE',
    env: 'MERCHANT_DECRYPTION_KEY',
    config: 'decryptionKeyFile',
    unless: 'that of --private-key',
  },
} as const satisfies Options;

export const zoneOption = {
  zone: { help: 'offset from UTC in the times that are sent', value: 'OFFSET', config: 'zone', unless: '+08:00' },
} as const satisfies Options;

export const gatewayOptions = {
  gateway: {
    help: 'origin of the gateway',
    value: 'URL',
    env: 'GATEWAY_URL',
    config: 'gatewayUrl',
    unless: 'https://open.alipay.hk',
  },
  profile: {
    help: 'profile of the gateway, as doctor --probe writes it; on the command line it wins over GATEWAY_URL',
    value: 'FILE',
    env: 'GATEWAY_PROFILE',
    config: 'profile',
  },
  timeout: { help: 'how long a reply may take', value: 'MILLISECONDS', config: 'timeout', unless: '10000' },
} as const satisfies Options;

/** All that a client needs. */
export const clientOptions = {
  ...clientIdOption,
  ...privateKeyOptions,
  ...publicKeyOptions,
  ...gatewayOptions,
  ...encryptionOptions,
  ...encryptionKeyOption,
  ...decryptionKeyOption,
  ...zoneOption,
} as const satisfies Options;

/** The profile, for a command that decrypts and sends nothing. */
export const suiteProfileOption = {
  profile: {
    ...gatewayOptions.profile,
    help: 'profile of the gateway, as doctor --probe writes it: how bodies are encrypted',
  },
} as const satisfies Options;

/** The suite that the options choose; `undefined` unless bodies are to be encrypted. */
export function encryptionOf(input: Input): Encryption | undefined {
  const chosen = chosenSuite(input);
  return input.isSet('encrypt') ? rsaAes(chosen) : undefined;
}

/** The names of the suite, whether it is used or not: that of the options or, below them, of the gateway's profile. */
export function suiteOf(input: Input, { suite = {} } = readProfile(input)): RsaAesOptions {
  const chosen = chosenSuite(input);
  return chosen.content === undefined && chosen.keyTransport === undefined ? suite : chosen;
}

function chosenSuite(input: Input): RsaAesOptions {
  const content = input.choice('content', contents);
  const keyTransport = input.choice('key-transport', keyTransports);
  return { ...(content && { content }), ...(keyTransport && { keyTransport }) };
}

/** How bodies are sealed: as the options say or, below them, the gateway's profile, which encrypts unless `encrypt` is false. */
export function sealingOf(
  input: Input,
  profile = readProfile(input),
): Pick<ClientOptions, 'encryption' | 'encryptedContentType'> {
  const suite = suiteOf(input, profile);
  const isEncrypted = input.setting('encrypt') === undefined ? isProfileSuite(suite, profile) : input.isSet('encrypt');
  const encryptedContentType = input.text('encrypted-content-type') ?? profile.encryptedContentType;
  return {
    ...(encryptedContentType && { encryptedContentType }),
    ...(isEncrypted && { encryption: rsaAes(suite) }),
  };
}

/** Options that choose another suite do not by themselves ask for encryption. */
const isProfileSuite = (suite: RsaAesOptions, profile: Profile): boolean =>
  profile.suite !== undefined && suite === profile.suite;

/**
 * Where requests go. The profile's gateway gives way to one that is named in a place as near or nearer: the command line,
 * then the environment, then the configuration file.
 *
 * @throws UsageError for what is no origin or no profile
 */
export function gatewayOf(input: Input, { baseUrl } = readProfile(input)): string {
  const places = ['config', 'environment', 'flag'];
  const placeOf = (option: string): number => places.indexOf(input.setting(option)?.from ?? '');
  return baseUrl !== undefined && placeOf('profile') > placeOf('gateway') ? baseUrl : originOf(input, baseUrl);
}

/** What `createClient` takes, from the settings and, below them, the gateway's profile. */
export async function readClientOptions(input: Input): Promise<ClientOptions & { baseUrl: string }> {
  const profile = readProfile(input);
  const sealing = sealingOf(input, profile);
  return {
    clientId: input.required('client-id'),
    privateKey: await readPrivateKey(input),
    publicKey: await readPublicKey(input),
    ...(sealing.encryption && { ...(await readEncryptionKey(input)), ...(await readDecryptionKey(input)) }),
    baseUrl: gatewayOf(input, profile),
    timeout: input.milliseconds('timeout', 1),
    zone: input.text('zone'),
    ...sealing,
    ...(sealing.encryption && profile.requireEncryption && { requireEncryption: true }),
  };
}

/** @throws UsageError for what is no origin */
export function originOf(input: Input, fallback = 'https://open.alipay.hk', option = 'gateway'): string {
  const setting = input.setting(option);
  if (setting === undefined) return fallback;
  const url = URL.canParse(setting.value) ? new URL(setting.value) : undefined;
  const isOrigin = url && /^https?:$/.test(url.protocol) && url.pathname === '/' && !url.search && !url.username;
  if (!isOrigin) throw new UsageError(`${setting.name} must be an origin such as https://open.alipay.hk`);
  return url.origin;
}

/**
 * The origin to which a token is sent.
 *
 * @throws UsageError for what is no origin, and for http: to another machine, where others can read the token
 */
export function originForToken(input: Input, option: string): string {
  const origin = originOf(input, input.required(option), option);
  const { protocol, hostname } = new URL(origin);
  const isLoopback = /^(?:localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(hostname);
  if (protocol === 'http:' && !isLoopback) {
    const name = input.setting(option)?.name;
    throw new UsageError(`${name} would send the token in the clear; expected https:, or http: to this machine`);
  }
  return origin;
}

/** What a profile sets, and the names of its suite. */
type Profile = Partial<ProfileOptions> & { suite?: RsaAesOptions };

function readProfile(input: Input): Profile {
  const path = input.path('profile');
  if (path === undefined) return {};
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    throw unreadable(error, path, '--profile');
  }
  try {
    const profile: GatewayProfile = JSON.parse(text);
    const options = optionsOfProfile(profile);
    const { encryption: suite } = profile.settings;
    return { ...options, ...(suite && { suite }) };
  } catch (error) {
    throw new UsageError(
      `${path} is no profile: ${error instanceof SyntaxError ? 'it is not JSON' : (error as Error).message}`,
    );
  }
}
