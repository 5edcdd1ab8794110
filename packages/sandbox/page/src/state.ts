/** What the page knows, as signals, and the steps that change it. Only what key.ts was asked to remember outlives the page. */
import { computed, signal } from '@preact/signals';
import {
  type ActiveFault,
  type FaultKind,
  type NewFault,
  type Pass,
  type ReadyMerchant,
  SandboxError,
} from '../../src/client.ts';
import { type Exchange, type SendOptions, sendUpdate } from './exchange.ts';
import { importKeys, type Keys, type KeyTexts, rememberedKeys, rememberKeys } from './key.ts';
import { readLink } from './link.ts';
import { findEntry, sandbox } from './sandbox.ts';
import { headerOf } from './wire.ts';
import { type Language, words } from './words/index.ts';

const link = readLink(location.hash);
const preferred = link.language ?? navigator.language;

export const language = signal<Language>(/^zh/i.test(preferred) ? 'zh' : 'en');
/** The words of the page in the language chosen. */
export const t = computed(() => words[language.value]);

/** The merchant that the sandbox offers: `undefined` while the page asks, `null` if it offers none. */
export const ready = signal<ReadyMerchant | null | undefined>(undefined);
/** Whether the sandbox asks for a token. */
export const tokenNeeded = signal(false);
export const keys = signal<(Keys & { from: 'sandbox' | 'pasted' | 'remembered' }) | undefined>(undefined);
/** Why the last key was refused, in words. */
export const keyProblem = signal<string | undefined>(undefined);

export const options = signal<SendOptions>({
  encryption: link.encryption ?? false,
  keyVersion: link.keyVersion ?? '',
  tamper: link.tamper ?? false,
  timeout: link.timeout ?? 10_000,
});

/** The body of the link, with which the form begins. */
export const linkedBody = link.body;

export interface ChosenFault {
  name: string;
  times: number;
  parameters: Record<string, string>;
}

export const fault = signal<ChosenFault>({ name: link.fault ?? '', times: 1, parameters: {} });
export const faults = signal<{ catalog: FaultKind[]; active: ActiveFault[] }>({ catalog: [], active: [] });
/** The last error of the admin API. */
export const sandboxProblem = signal<string | undefined>(undefined);

export const history = signal<Exchange[]>([]);
export const selectedId = signal<number | undefined>(undefined);
export const selected = computed(() => history.value.find(({ id }) => id === selectedId.value));
export const sending = signal(false);
export const pass = signal<Pass | undefined>(undefined);

/** Reads what the sandbox offers. */
export async function meetSandbox(): Promise<void> {
  tokenNeeded.value = false;
  sandboxProblem.value = undefined;
  const asking = sandbox.readReady().catch((error) => {
    tokenNeeded.value = error instanceof SandboxError && error.status === 401;
    return null;
  });
  const [offer] = await Promise.all([asking, lookAtFaults()]);
  ready.value = offer;
  if (offer) await lookAtPass(offer.pass.passId);
  const remembered = rememberedKeys();
  if (remembered && !keys.value) await useKeys(remembered, 'remembered');
}

/** Uses the key that the sandbox offers. */
export async function useSandboxKey(): Promise<void> {
  const offer = ready.value;
  if (!offer) return;
  const { clientId, keyVersion, merchantPrivateKey, gatewayPublicKey } = offer;
  if (!keys.value && link.keyVersion === undefined) options.value = { ...options.value, keyVersion: keyVersion ?? '' };
  await useKeys({ clientId, privateKey: merchantPrivateKey, publicKey: gatewayPublicKey }, 'sandbox');
}

/** Imports keys, with what RSA_AES needs if encryption is on. */
export async function useKeys(
  texts: KeyTexts,
  from: 'sandbox' | 'pasted' | 'remembered',
  remember = false,
): Promise<boolean> {
  try {
    keys.value = { ...(await importKeys(texts, options.value.encryption)), from };
    keyProblem.value = undefined;
    if (remember) rememberKeys(texts);
    return true;
  } catch (error) {
    keyProblem.value = (error as Error).message;
    return false;
  }
}

/** Turns encryption on or off; a key that was imported for signing only is imported again if its text is at hand. */
export async function setEncryption(encryption: boolean): Promise<void> {
  options.value = { ...options.value, encryption };
  if (!keys.value) return;
  if (!encryption) {
    keys.value = { ...keys.value, decryptionKey: undefined }; // the numbers are dropped
    return;
  }
  const remembered = rememberedKeys();
  if (keys.value.from === 'sandbox') await useSandboxKey();
  else if (remembered) await useKeys(remembered, 'remembered');
}

/** Sends the body of the form and selects the exchange; the gateway's side is added once it is read. */
export async function send(body: string): Promise<Exchange | undefined> {
  const { value: key } = keys;
  if (key === undefined || (options.value.encryption && key.decryptionKey === undefined)) {
    keyProblem.value = key === undefined ? t.value.key.first : t.value.key.numbersGone;
    document.getElementById('key')?.focus();
    return undefined;
  }
  sending.value = true;
  try {
    const { name, times } = fault.value;
    const where = { clientId: key.clientId, ...passIdOf(body) };
    const added =
      name === '' ? undefined : await sandbox.addFault({ name, ...where, times, ...valuesOf(fault.value) } as NewFault);
    sandboxProblem.value = undefined;
    const exchange = await sendUpdate(body, key, options.value, name || undefined);
    if (exchange.request)
      fault.value = { ...fault.value, name: '' }; // it was for this one
    else if (added) await sandbox.removeFault(added.id);
    history.value = [...history.value, exchange];
    selectedId.value = exchange.id;
    await lookAtGateway(exchange);
    return exchange;
  } catch (error) {
    sandboxProblem.value = (error as Error).message;
    return undefined;
  } finally {
    sending.value = false;
  }
}

/** Reads the gateway's side of an exchange: its entry, the pass, the faults that are left. */
async function lookAtGateway(exchange: Exchange): Promise<void> {
  const { passId } = passIdOf(exchange.plaintext);
  const { request, outcome, clientId } = exchange;
  if (request === undefined) return; // it got nothing
  const signature = headerOf(request.sent, 'Signature') ?? '';
  const entry = await findEntry(outcome.tracerId, clientId, signature).catch(() => undefined);
  if (passId !== undefined) await lookAtPass(passId);
  const known = { ...exchange, entry: entry ?? null, pass: pass.value };
  history.value = history.value.map((each) => (each.id === exchange.id ? known : each));
  await lookAtFaults();
}

/** Reads the pass as the sandbox has it. */
export async function lookAtPass(passId: string): Promise<void> {
  pass.value = await sandbox.readPass(passId).catch(() => undefined);
}

/** Reads the catalog of faults and the active ones. */
export async function lookAtFaults(): Promise<void> {
  faults.value = await sandbox.listFaults().catch(() => ({ catalog: [], active: [] }));
}

/** The fault's parameters, from what was typed to what the admin API takes. */
function valuesOf({ name, parameters }: ChosenFault): Record<string, unknown> {
  const { parameters: own = [] } = faults.value.catalog.find((each) => each.name === name) ?? {};
  const typed = Object.entries(parameters).filter(([each, value]) => own.includes(each) && value.trim() !== '');
  return Object.fromEntries(
    typed.map(([each, value]) => {
      if (each === 'of') return [each, value.trim().split(/[\s,]+/)];
      return [each, each === 'seed' ? value : Number(value)];
    }),
  );
}

function passIdOf(body: string): { passId?: string } {
  try {
    const { passId } = JSON.parse(body);
    return typeof passId === 'string' ? { passId } : {};
  } catch {
    return {};
  }
}
