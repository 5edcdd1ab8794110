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

/** Texts of the keys that sign and verify, as far as they are given. */
export type KeyTexts = { [Name in keyof KeysToDiagnose]: string | undefined };

/** What is wrong with the keys, and their fingerprints. */
export async function keyChecks(keys: KeyTexts, input: Input): Promise<Check[]> {
  const name = 'keys';
  if (Object.values(keys).every((key) => key === undefined)) return [];
  const { problems, fingerprints } = await diagnose(keys);
  const prints = Object.entries(fingerprints).map(
    ([key, print]): Check => ({ name: 'fingerprint', verdict: 'fine', detail: `${print} of ${key}` }),
  );
  const found = problems.map((detail): Check => ({ name, verdict: 'problem', detail }));
  const looked = found.length > 0 ? [...found, ...prints] : [...formChecks(keys), ...prints, registeredCheck(keys)];
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

/** Of each text whether it is a key, and of the keys whether they belong together. */
async function diagnose(texts: KeyTexts): Promise<KeyDiagnosis> {
  const keys: KeysToDiagnose = {};
  const problems: string[] = [];
  const look = async (
    name: keyof KeyTexts,
    importKey: typeof importPrivateKey | typeof importPublicKey,
  ): Promise<void> => {
    const text = texts[name];
    if (text === undefined) return;
    try {
      Object.assign(keys, { [name]: await importKey(text, { name }) });
    } catch (error) {
      problems.push((error as Error).message);
    }
  };
  await look('merchantPrivateKey', importPrivateKey);
  await look('merchantPublicKey', importPublicKey);
  await look('gatewayPublicKey', importPublicKey);
  const { problems: more, fingerprints } = await diagnoseKeys(keys);
  return { problems: [...problems, ...more], fingerprints };
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
function formChecks(keys: KeyTexts): Check[] {
  const needed = ['merchantPrivateKey', 'gatewayPublicKey'] as const;
  const given = Object.entries(keys).flatMap(([key, value]) => (value === undefined ? [] : [key]));
  const absent = needed.filter((key) => keys[key] === undefined);
  const missing = absent.length > 0 ? `; not given: ${absent.join(' and ')}` : '';
  const pair = keys.merchantPrivateKey && keys.merchantPublicKey ? '; the merchant keys are a pair' : '';
  const verdict = absent.length > 0 ? 'unknown' : 'fine';
  return [{ name: 'keys', verdict, detail: `well-formed: ${given.join(', ')}${pair}${missing}` }];
}

/** What no check here can know. */
function registeredCheck({ merchantPrivateKey, merchantPublicKey, gatewayPublicKey }: KeyTexts): Check {
  const ours = merchantPublicKey ? ['merchantPublicKey'] : merchantPrivateKey ? ['merchantPrivateKey'] : [];
  const compared = [...ours, ...(gatewayPublicKey ? ['gatewayPublicKey'] : [])].join(' and ');
  const isPairOpen = merchantPrivateKey !== undefined && merchantPublicKey === undefined;
  const pair = '; --own-public-key FILE, with the public key that the console shows as yours, compares the pair';
  return {
    name: 'registered keys',
    verdict: 'unknown',
    detail: `which keys AlipayHK has registered cannot be known here: compare the fingerprint of ${compared} with its console${isPairOpen ? pair : ''}`,
  };
}

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
