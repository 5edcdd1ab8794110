/** The sandbox in the demo: in place of AlipayHK's console, and of a look at the card. */
import { createSandboxClient, type Pass, type SandboxClient } from '@alipayhk-pass/sandbox/client';
import { type Card, clientId, type Setup } from './setup.ts';
import { row } from './show.ts';

const admin = ({ gatewayUrl, sandboxToken }: Setup): SandboxClient =>
  createSandboxClient(gatewayUrl, { token: sandboxToken });

/** Registers the merchant's public key, as AlipayHK's console does. */
export async function registerMerchant(setup: Setup): Promise<void> {
  await admin(setup).setMerchant({ clientId, keys: [{ keyVersion: '1', publicKey: setup.keys.merchant.publicKey }] });
}

/** Creates a pass, as AlipayHK does. */
export async function createPass(setup: Setup, card: Card): Promise<void> {
  await admin(setup).createPass({ clientId, ...card });
  await showStoredPass(setup, card);
}

/** Makes every second request of this merchant fail from now on, in the order that the seed draws. */
export async function failHalfOfTheTime(setup: Setup): Promise<void> {
  const of = ['reset', 'http-502', 'UNKNOWN_EXCEPTION', 'applied-but-unknown', 'signed-by-another-key'];
  await admin(setup).addFault({ name: 'chaos', rate: 0.5, seed, of, clientId });
  row('gateway', `chaos, rate 0.5, seed "${seed}": ${of.join(', ')}`);
}

/** Its first draws are faults and none in turn. */
const seed = 'demo';

/** Prints the pass as it is now. */
export async function showStoredPass(setup: Setup, { passId }: Card): Promise<Pass> {
  const pass = await readPass(setup, passId);
  const { status, revision, points, endDate, dataInfo } = pass;
  row('stored pass', `${passId}\n${JSON.stringify({ status, revision, points, endDate, dataInfo })}`, 'green');
  return pass;
}

/** The pass as it is now. */
export function readPass(setup: Setup, passId: string): Promise<Pass> {
  return admin(setup).readPass(passId);
}
