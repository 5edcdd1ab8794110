/** What the page knows, as signals, and the steps that change it. Nothing here outlives the page but what key.ts was asked to remember. */
import { computed, signal } from '@preact/signals';
import { type Exchange, type SendOptions, sendUpdate } from './exchange.ts';
import { importKeys, type Keys, type KeyTexts, rememberedKeys, rememberKeys } from './key.ts';
import { readLink } from './link.ts';
import {
  type ActiveFault,
  type FaultKind,
  findEntry,
  injectFault,
  type Pass,
  type Ready,
  readFaults,
  readPass,
  readReady,
  removeFault,
  SandboxError,
} from './sandbox.ts';
import { headerOf } from './wire.ts';
import { type Language, words } from './words/index.ts';

const link = readLink(location.hash);
const preferred = link.language ?? navigator.language;

export const language = signal<Language>(/^zh/i.test(preferred) ? 'zh' : 'en');
/** The words of the page in the language chosen. */
export const t = computed(() => words[language.value]);

/** The sandbox's own key and pass: `undefined` while it is asked, `null` when it offers none. */
export const ready = signal<Ready | null | undefined>(undefined);
/** The sandbox asks for a token before it says anything. */
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

/** The body that the link brought; the form begins with it. */
export const linkedBody = link.body;

export interface ChosenFault {
  name: string;
  times: number;
  parameters: Record<string, string>;
}

export const fault = signal<ChosenFault>({ name: link.fault ?? '', times: 1, parameters: {} });
export const faults = signal<{ catalog: FaultKind[]; active: ActiveFault[] }>({ catalog: [], active: [] });
/** What the sandbox's admin API last complained about. */
export const sandboxProblem = signal<string | undefined>(undefined);

export const history = signal<Exchange[]>([]);
export const selectedId = signal<number | undefined>(undefined);
export const selected = computed(() => history.value.find(({ id }) => id === selectedId.value));
export const sending = signal(false);
export const pass = signal<Pass | undefined>(undefined);

/** Asks the sandbox what it offers. */
export async function meetSandbox(): Promise<void> {
  tokenNeeded.value = false;
  sandboxProblem.value = undefined;
  const asking = readReady().catch((error) => {
    tokenNeeded.value = error instanceof SandboxError && error.status === 401;
    return null;
  });
  const [offer] = await Promise.all([asking, lookAtFaults()]);
  ready.value = offer;
  if (offer) await lookAtPass(offer.pass.passId);
  const remembered = rememberedKeys();
  if (remembered && !keys.value) await useKeys(remembered, 'remembered');
}

/** The sandbox's own key, asked for anew: the page keeps no text of it. */
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

/** Turns encryption on or off; a key that was imported for signing only is imported anew where its text is at hand. */
export async function setEncryption(encryption: boolean): Promise<void> {
  options.value = { ...options.value, encryption };
  if (!keys.value) return;
  if (!encryption) {
    keys.value = { ...keys.value, decryptionKey: undefined }; // the numbers are let go
    return;
  }
  const remembered = rememberedKeys();
  if (keys.value.from === 'sandbox') await useSandboxKey();
  else if (remembered) await useKeys(remembered, 'remembered');
}

/** Sends the body of the form; its exchange is selected and fills up as the gateway's side is read. */
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
    const armed = name === '' ? undefined : await injectFault({ name, ...where, times, ...valuesOf(fault.value) });
    sandboxProblem.value = undefined;
    const exchange = await sendUpdate(body, key, options.value, name || undefined);
    if (exchange.request)
      fault.value = { ...fault.value, name: '' }; // it was for this one
    else if (armed) await removeFault(armed.id);
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

/** Reads the gateway's side of an exchange: its ledger, the pass, the faults that are left. */
async function lookAtGateway(exchange: Exchange): Promise<void> {
  const { passId } = passIdOf(exchange.plaintext);
  const { request, outcome, clientId } = exchange;
  if (request === undefined) return; // it saw nothing
  const signature = headerOf(request.sent, 'Signature') ?? '';
  const entry = await findEntry(outcome.tracerId, clientId, signature).catch(() => undefined);
  if (passId !== undefined) await lookAtPass(passId);
  const known = { ...exchange, entry: entry ?? null, pass: pass.value };
  history.value = history.value.map((each) => (each.id === exchange.id ? known : each));
  await lookAtFaults();
}

/** Reads the pass as the sandbox has it. */
export async function lookAtPass(passId: string): Promise<void> {
  pass.value = await readPass(passId).catch(() => undefined);
}

/** Reads the faults that can be asked for, and those that are under way. */
export async function lookAtFaults(): Promise<void> {
  faults.value = await readFaults().catch(() => ({ catalog: [], active: [] }));
}

/** The fault's own parameters as they were typed, as the admin API takes them. */
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
