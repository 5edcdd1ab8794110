/** Reads what the sandbox has: its offer, its variant, passes, faults. What cannot be read stays as it was. */
import { type Pass, SandboxError } from '../../src/client.ts';
import { sandbox } from './sandbox.ts';
import { faults, pass, ready, sandboxProblem, tokenNeeded, variant } from './state.ts';
import { useRememberedKeys } from './use-keys.ts';

/** Reads what the sandbox offers. */
export async function meetSandbox(): Promise<void> {
  tokenNeeded.value = false;
  const asking = sandbox.readReady().catch((error) => {
    tokenNeeded.value = error instanceof SandboxError && error.status === 401;
    return null;
  });
  const [offer] = await Promise.all([asking, loadFaults(), loadVariant()]);
  ready.value = offer;
  if (offer) await loadPass(offer.pass.passId);
  await useRememberedKeys();
}

/** Reads the pass as the sandbox has it; `undefined` if it has none, or cannot be read. */
export async function loadPass(passId: string): Promise<Pass | undefined> {
  const asking = sandbox.readPass(passId).catch((error) => {
    if (error instanceof SandboxError && error.status === 404) return undefined;
    throw error;
  });
  const read = await reading(asking, 'unreadable' as const);
  if (read === 'unreadable') return undefined; // the page shows what it knew
  pass.value = read;
  return read;
}

/** Reads the catalog of faults and the active ones. */
export async function loadFaults(): Promise<void> {
  faults.value = await reading(sandbox.listFaults(), faults.value);
}

/** Reads which variant the sandbox emulates. */
async function loadVariant(): Promise<void> {
  const read = await reading(sandbox.listVariants(), undefined);
  if (read) variant.value = read.active;
}

/** What was read, or else what is given; the page then says why. */
export async function reading<T, Known>(asking: Promise<T>, known: Known): Promise<T | Known> {
  try {
    const read = await asking;
    sandboxProblem.value = undefined;
    return read;
  } catch (error) {
    // A sandbox that asks for its token is no problem: the page asks for it, too.
    const isLocked = error instanceof SandboxError && error.status === 401;
    sandboxProblem.value = isLocked ? undefined : (error as Error).message;
    return known;
  }
}
