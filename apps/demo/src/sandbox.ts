/** The sandbox in the demo: in place of AlipayHK's console, and of a look at the card. */
import { createSandboxClient, type Pass, type SandboxClient } from '@alipayhk-pass/sandbox/client';
import { row } from './show.ts';
import { type Card, clientId, type Stage } from './stage.ts';

const admin = ({ gatewayUrl, sandboxToken }: Stage): SandboxClient =>
  createSandboxClient(gatewayUrl, { token: sandboxToken });

/** Registers the merchant's public key, as AlipayHK's console does. */
export async function registerMerchant(stage: Stage): Promise<void> {
  await admin(stage).setMerchant({ clientId, keys: [{ keyVersion: '1', publicKey: stage.keys.merchant.publicKey }] });
}

/** Creates a pass, as AlipayHK does. */
export async function createPass(stage: Stage, card: Card): Promise<void> {
  await admin(stage).createPass({ clientId, ...card });
  await showStoredPass(stage, card);
}

/** Makes every second request of this merchant fail from now on, in the order that the seed draws. */
export async function failHalfOfTheTime(stage: Stage): Promise<void> {
  const of = ['reset', 'http-502', 'UNKNOWN_EXCEPTION', 'applied-but-unknown', 'signed-by-another-key'];
  await admin(stage).addFault({ name: 'chaos', rate: 0.5, seed, of, clientId });
  row('gateway', `chaos, rate 0.5, seed "${seed}": ${of.join(', ')}`);
}

/** Its first draws are faults and none in turn. */
const seed = 'demo';

/** Prints the pass as it is now. */
export async function showStoredPass(stage: Stage, { passId }: Card): Promise<Pass> {
  const pass = await readPass(stage, passId);
  const { status, revision, points, endDate, dataInfo } = pass;
  row('stored pass', `${passId}\n${JSON.stringify({ status, revision, points, endDate, dataInfo })}`, 'green');
  return pass;
}

/** The pass as it is now. */
export function readPass(stage: Stage, passId: string): Promise<Pass> {
  return admin(stage).readPass(passId);
}
