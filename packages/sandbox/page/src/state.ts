/** What the page knows, as signals. Only what key.ts was asked to remember outlives the page. */
import { computed, signal } from '@preact/signals';
import type { ActiveFault, FaultKind, Pass, ReadyMerchant, VariantKind } from '../../src/client.ts';
import type { Exchange, SendOptions } from './exchange.ts';
import type { Keys } from './key.ts';
import { readLink } from './link.ts';
import { type Language, words } from './words/index.ts';

const link = readLink(location.hash);
const preferred = link.language ?? navigator.language;

export const language = signal<Language>(/^zh/i.test(preferred) ? 'zh' : 'en');
/** The words of the page in the language chosen. */
export const t = computed(() => words[language.value]);

/** The merchant that the sandbox offers: `undefined` while the page asks, `null` if it offers none. */
export const ready = signal<ReadyMerchant | null | undefined>(undefined);
/** The variant that the sandbox emulates; `null` if it emulates none, or while that is not known. */
export const variant = signal<VariantKind | null>(null);
/** Whether the sandbox asks for a token. */
export const tokenNeeded = signal(false);
export type KeySource = 'sandbox' | 'pasted' | 'remembered';
export const keys = signal<(Keys & { from: KeySource }) | undefined>(undefined);
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
/** The keyVersion of the link, which goes before that of the sandbox's key. */
export const linkedKeyVersion = link.keyVersion;

export interface ChosenFault {
  name: string;
  times: number;
  parameters: Record<string, string>;
}

export const fault = signal<ChosenFault>({ name: link.fault ?? '', times: 1, parameters: {} });
export const faults = signal<{ catalog: FaultKind[]; active: ActiveFault[] }>({ catalog: [], active: [] });
/** Why the sandbox could not be read last, in words; `undefined` if it could. */
export const sandboxProblem = signal<string | undefined>(undefined);

export const history = signal<Exchange[]>([]);
export const selectedId = signal<number | undefined>(undefined);
export const selected = computed(() => history.value.find(({ id }) => id === selectedId.value));
export const sending = signal(false);
/** The pass that the form is about, as it is now. */
export const pass = signal<Pass | undefined>(undefined);
