/** The checks of `doctor` that send nothing in the merchant's name. */
import { statSync } from 'node:fs';
import { diagnoseKeys, type KeyDiagnosis, type KeysToDiagnose } from '@alipayhk-pass/api';
import { UsageError } from '../exit.ts';
import { notPair } from '../explain/known-keys.ts';
import { importPrivateKey, importPublicKey, readDecryptionKey, readEncryptionKey, readKeyText } from '../keys.ts';
import type { Input } from '../options.ts';

/** One thing that was looked at. */
export interface Check {
  name: string;
  verdict: 'fine' | 'problem' | 'unknown';
  detail: string;
}

/**
 * Where settings come from; never what a secret one is.
 *
 * @param baseUrl - the gateway that is meant, whichever setting names it
 */
export function settingChecks(input: Input, baseUrl: string): Check[] {
  return ['client-id', 'private-key', 'public-key', 'merchant-id', 'gateway'].map((name): Check => {
    const setting = input.setting(name);
    if (name === 'gateway') {
      const isNamed = setting && URL.canParse(setting.value) && new URL(setting.value).origin === baseUrl;
      const source = isNamed ? setting.name : input.setting('profile')?.name;
      return { name, verdict: 'fine', detail: source ? `${baseUrl} (${source})` : `${baseUrl}, unless given` };
    }
    if (setting) {
      const isKey = name.endsWith('-key') && setting.from === 'environment';
      return { name, verdict: 'fine', detail: `${isKey ? 'set' : setting.value} (${setting.name})` };
    }
    const isNeeded = name !== 'merchant-id';
    return { name, verdict: isNeeded ? 'problem' : 'unknown', detail: input.missing(name) };
  });
}

/** The options that give the keys that sign and verify. */
const optionOf = {
  merchantPrivateKey: 'private-key',
  merchantPublicKey: 'own-public-key',
  gatewayPublicKey: 'public-key',
} as const satisfies Record<keyof KeysToDiagnose, string>;

/** One key of them: its text, as far as it is given, and what its setting is called. */
type GivenKeys = Record<keyof KeysToDiagnose, { text: string | undefined; name: string }>;

/** What is wrong with the keys, and their fingerprints. */
export async function keyChecks(input: Input): Promise<Check[]> {
  const name = 'keys';
  const given = (key: keyof KeysToDiagnose): GivenKeys[typeof key] => {
    const option = optionOf[key];
    const { name, from } = input.setting(option) ?? { name: `--${option}` };
    // The lines above say of which file it is.
    const short = from === 'config' ? (name.split(' in ', 1)[0] ?? name) : name;
    return { text: readKeyText(input, option)?.text, name: short };
  };
  const keys: GivenKeys = {
    merchantPrivateKey: given('merchantPrivateKey'),
    merchantPublicKey: given('merchantPublicKey'),
    gatewayPublicKey: given('gatewayPublicKey'),
  };
  if (Object.values(keys).every(({ text }) => text === undefined)) return [];
  const { problems, fingerprints } = await diagnose(keys);
  const prints = Object.entries(fingerprints).map(
    ([key, print]): Check => ({
      name: 'fingerprint',
      verdict: 'fine',
      detail: `${print} of ${keys[key as keyof GivenKeys].name}`,
    }),
  );
  const found = problems.map((detail): Check => ({ name, verdict: 'problem', detail }));
  const looked = found.length > 0 ? [...found, ...prints] : [formCheck(keys), ...prints, registeredCheck(keys)];
  return [...looked, ...(await sandboxKeyChecks(input)), ...(await encryptionKeyChecks(input)), ...modeChecks(input)];
}

/** The gateway's private key, which only a sandbox gives away: replies that it signs have to verify. */
async function sandboxKeyChecks(input: Input): Promise<Check[]> {
  const name = 'gateway-private-key';
  const [ours, theirs] = [readKeyText(input, name), readKeyText(input, 'public-key')];
  if (ours === undefined) return [];
  try {
    const privateKey = await importPrivateKey(ours.text, { name: ours.name });
    const publicKey = theirs && (await importPublicKey(theirs.text).catch(() => undefined)); // its check is above
    if (theirs === undefined || publicKey === undefined) return [];
    const { problems } = await diagnoseKeys({ merchantPrivateKey: privateKey, merchantPublicKey: publicKey });
    if (problems.length === 0) return [{ name, verdict: 'fine', detail: `${ours.name} and ${theirs.name} are a pair` }];
    const advice = `give the public key of that sandbox, or no ${name} where the gateway is no sandbox`;
    return [{ name, verdict: 'problem', detail: `${notPair(ours.name, theirs.name)}: ${advice}` }];
  } catch (error) {
    return [{ name, verdict: 'problem', detail: (error as Error).message }];
  }
}

/** Of each text whether it is a key, and of the keys whether they belong together; problems name the settings. */
async function diagnose(given: GivenKeys): Promise<KeyDiagnosis> {
  const keys: KeysToDiagnose = {};
  const problems: string[] = [];
  const look = async (
    key: keyof GivenKeys,
    importKey: typeof importPrivateKey | typeof importPublicKey,
  ): Promise<void> => {
    const { text, name } = given[key];
    if (text === undefined) return;
    try {
      Object.assign(keys, { [key]: await importKey(text, { name }) });
    } catch (error) {
      problems.push((error as Error).message);
    }
  };
  await look('merchantPrivateKey', importPrivateKey);
  await look('merchantPublicKey', importPublicKey);
  await look('gatewayPublicKey', importPublicKey);
  const { problems: more, fingerprints } = await diagnoseKeys(keys);
  const inSettings = (problem: string): string =>
    problem.replace(
      /merchantPrivateKey|merchantPublicKey|gatewayPublicKey/g,
      (key) => given[key as keyof GivenKeys].name,
    );
  return { problems: [...problems, ...more.map(inSettings)], fingerprints };
}

/** Keys for RSA_AES alone: where they are given, and where bodies are to be encrypted and the keys that sign cannot do it. */
async function encryptionKeyChecks(input: Input): Promise<Check[]> {
  const checks: Check[] = [];
  for (const [name, read, signing] of [
    ['encryption-key', readEncryptionKey, 'public-key'],
    ['decryption-key', readDecryptionKey, 'private-key'],
  ] as const) {
    const isGiven = input.setting(name) !== undefined;
    if (!isGiven && !(input.isSet('encrypt') && input.setting(signing))) continue;
    try {
      await read(input);
      if (isGiven) checks.push({ name, verdict: 'fine', detail: 'an RSA key, for RSA_AES' });
    } catch (error) {
      // Of a key that signs it is said above what is wrong with it.
      if (isGiven || error instanceof UsageError)
        checks.push({ name, verdict: 'problem', detail: (error as Error).message });
    }
  }
  return checks;
}

/** Of keys in which nothing is wrong: which ones were there to look at. */
function formCheck(keys: GivenKeys): Check {
  const { merchantPrivateKey, merchantPublicKey, gatewayPublicKey } = keys;
  const namesOf = (some: GivenKeys[keyof GivenKeys][], areGiven: boolean): string[] =>
    some.flatMap(({ text, name }) => ((text !== undefined) === areGiven ? [name] : []));
  const absent = namesOf([merchantPrivateKey, gatewayPublicKey], false);
  const missing = absent.length > 0 ? `; not given: ${absent.join(' and ')}` : '';
  const isPair = merchantPrivateKey.text !== undefined && merchantPublicKey.text !== undefined;
  const pair = isPair ? `; ${merchantPrivateKey.name} and ${merchantPublicKey.name} are a pair` : '';
  const verdict = absent.length > 0 ? 'unknown' : 'fine';
  const detail = `well-formed: ${namesOf(Object.values(keys), true).join(', ')}${pair}${missing}`;
  return { name: 'keys', verdict, detail };
}

/** What no check here can know. */
function registeredCheck({ merchantPrivateKey, merchantPublicKey, gatewayPublicKey }: GivenKeys): Check {
  const ours = merchantPublicKey.text ? merchantPublicKey : merchantPrivateKey;
  const compared = [ours, gatewayPublicKey].flatMap(({ text, name }) => (text ? [name] : [])).join(' and ');
  const isPairOpen = merchantPrivateKey.text !== undefined && merchantPublicKey.text === undefined;
  const pair = '; --own-public-key FILE, with the public key that the console shows as yours, compares the pair';
  const what = `it is the SHA-256 of the public key in DER (SPKI); of a key that the console shows in base64, ${fingerprintLine} prints it`;
  return {
    name: 'registered keys',
    verdict: 'unknown',
    detail: `which keys AlipayHK has registered cannot be known here: compare the fingerprint of ${compared} with its console: ${what}${isPairOpen ? pair : ''}`,
  };
}

/** Prints the fingerprint of a public key in base64, as a console shows it. */
const fingerprintLine = 'openssl base64 -d -A -in FILE | openssl dgst -sha256';

/** A private key that others on this machine can read. */
function modeChecks(input: Input): Check[] {
  const setting = input.setting('private-key');
  const path = input.path('private-key');
  if (!path || path === '-' || setting?.from === 'environment' || process.platform === 'win32') return [];
  const { mode } = statSync(path);
  if ((mode & 0o077) === 0) return [];
  return [
    {
      name: 'private-key',
      verdict: 'problem',
      detail: `${path} can be read by others on this machine; expected chmod 600 ${path}`,
    },
  ];
}
