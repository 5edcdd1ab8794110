/** After a signature that the gateway did not verify: which key is wrong, if any. */
import { fingerprint, importPublicKey } from '@alipayhk-pass/message-security';
import type { Keys } from './key.ts';
import { sandbox } from './sandbox.ts';

/**
 * `unknownClient`: the gateway has no key for this Client-Id. `otherKey`: it has others, and none belongs to ours.
 * `rightKey`: ours is one of them, so the signature fails for another reason.
 */
export type KeyAdvice = 'unknownClient' | 'otherKey' | 'rightKey';

/** The advice for a Client-Id and the key that signed; `undefined` if the gateway's keys cannot be read. */
export async function keyAdviceFor({ clientId, fingerprint: ours }: Keys): Promise<KeyAdvice | undefined> {
  if (ours === undefined) return undefined;
  const { merchants } = await sandbox.listMerchants().catch(() => ({ merchants: undefined }));
  if (merchants === undefined) return undefined;
  const { keys = [] } = merchants.find((merchant) => merchant.clientId === clientId) ?? {};
  if (keys.length === 0) return 'unknownClient';
  const known = await Promise.all(keys.map(async ({ publicKey }) => fingerprint(await importPublicKey(publicKey))));
  return known.includes(ours) ? 'rightKey' : 'otherKey';
}
