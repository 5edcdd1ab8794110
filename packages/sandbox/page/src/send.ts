/** Sends the form: the fault first, then the update, and then the gateway's side of it is read. */
import { checkUpdate } from '@alipayhk-pass/api';
import type { ActiveFault, NewFault, Pass } from '../../src/client.ts';
import { type Exchange, exchangeOf, resultCodeOf, sendUpdate } from './exchange.ts';
import { focusIfLost } from './focus.ts';
import type { Keys } from './key.ts';
import { keyAdviceFor } from './key-advice.ts';
import { loadFaults, loadPass, reading } from './load.ts';
import { findEntry, sandbox } from './sandbox.ts';
import {
  type ChosenFault,
  fault,
  faults,
  history,
  keyProblem,
  keys,
  options,
  selectedId,
  sending,
  t,
} from './state.ts';
import { headerOf } from './wire.ts';

/** Sends the body of the form and selects the exchange; the gateway's side is added once it is read. */
export async function send(body: string): Promise<void> {
  const { value: key } = keys;
  if (key === undefined || (options.value.encryption && key.decryptionKey === undefined)) {
    keyProblem.value = key === undefined ? t.value.key.first : t.value.key.numbersGone;
    document.getElementById('key')?.focus();
    return;
  }
  sending.value = true;
  try {
    const { passId } = passIdOf(body);
    const before = await passBefore(body);
    const { name } = fault.value;
    const added = name === '' ? undefined : await addFault(fault.value, key.clientId, passId);
    // The exchange before must not look like the outcome of this one.
    const exchange =
      added instanceof Error
        ? { ...exchangeOf(body, key, options.value, name), outcome: faultNotAdded(added) }
        : { ...(await sendUpdate(body, key, options.value, name || undefined)), before };
    if (exchange.request)
      fault.value = { ...fault.value, name: '' }; // it was for this one
    else if (added && 'id' in added) await sandbox.removeFault(added.id).catch(() => undefined);
    history.value = [...history.value, exchange];
    selectedId.value = exchange.id;
    await readGateway(exchange, key);
  } finally {
    sending.value = false;
    focusIfLost('button.send');
  }
}

const faultNotAdded = ({ message }: Error) => ({ kind: 'faultNotAdded', effect: 'no', message }) as const;

async function addFault(chosen: ChosenFault, clientId: string, passId?: string): Promise<ActiveFault | Error> {
  const { name, times } = chosen;
  const wanted = { name, clientId, ...(passId !== undefined && { passId }), times, ...valuesOf(chosen) } as NewFault;
  return sandbox.addFault(wanted).catch((error: Error) => error);
}

/** The pass before the update; `undefined` if it cannot be read, or nothing will be sent. */
async function passBefore(body: string): Promise<Pass | undefined> {
  try {
    return await loadPass(checkUpdate(JSON.parse(body)).passId);
  } catch {
    return undefined; // sending says why
  }
}

/** Reads the gateway's side of an exchange: its entry, the pass, the faults that are left. */
async function readGateway(exchange: Exchange, key: Keys): Promise<void> {
  const { passId } = passIdOf(exchange.plaintext);
  const { request, outcome, clientId } = exchange;
  if (request === undefined) return; // it got nothing
  const signature = headerOf(request.sent, 'Signature') ?? '';
  const finding = findEntry(outcome.tracerId, clientId, signature).then((found) => found ?? null);
  const entry = await reading(finding, 'unreadable' as const);
  const isAboutKeys = ['INVALID_SIGNATURE', 'INVALID_CLIENT'].includes(resultCodeOf({ outcome, entry }) ?? '');
  const keyAdvice = isAboutKeys ? await keyAdviceFor(key) : undefined;
  const after = passId === undefined ? undefined : await loadPass(passId);
  const known = { ...exchange, entry, keyAdvice, pass: after };
  history.value = history.value.map((each) => (each.id === exchange.id ? known : each));
  await loadFaults();
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
