/** A key pair is replaced while updates are sent, as docs/rotation.md describes it. */
import {
  importPrivateKey,
  importPublicKey,
  type KeyRing,
  type PrivateKey,
  type PublicKey,
  RSA_AES,
} from '@alipayhk-pass/message-security';
import { keys } from '@alipayhk-pass/spec/vectors';
import { expect, test } from 'vitest';
import { createGateway, type Refusal } from '../../src/gateway.ts';
import { createClient } from '../../src/index.ts';
import { clientId, gateway, merchant, success, update } from '../fixtures.ts';

const importPair = async (pair: typeof keys.merchant, keyVersion?: string) => ({
  privateKey: await importPrivateKey(pair.privateKey, { keyVersion }),
  publicKey: await importPublicKey(pair.publicKey, { keyVersion }),
});

/** The keys that each side holds. */
interface HeldKeys {
  merchantPrivateKey: KeyRing<PrivateKey>;
  merchantPublicKey: KeyRing<PublicKey>;
  gatewayPrivateKey: KeyRing<PrivateKey>;
  gatewayPublicKey: KeyRing<PublicKey>;
  /** Version of the private key that the gateway signs with; the latest unless given. */
  gatewayKeyVersion?: string | undefined;
}

/** A change of the keys. */
interface Step {
  change: Partial<HeldKeys>;
  /** Waits until every update that was sent has its reply: a message on its way must not meet this change. */
  waits?: true;
}

/**
 * Sends five updates before each step and after the last, and expects all of them to succeed.
 *
 * @returns the versions of the merchant's key that verified the updates
 */
async function rotate(held: HeldKeys, steps: Step[]): Promise<Set<string | undefined>> {
  const refusals: Refusal[] = [];
  const versions = new Set<string | undefined>();
  const send = () =>
    createClient({
      clientId,
      privateKey: held.merchantPrivateKey,
      publicKey: held.gatewayPublicKey,
      encryption: RSA_AES,
      fetch: (request) =>
        createGateway({
          publicKeyOf: () => held.merchantPublicKey,
          privateKey: held.gatewayPrivateKey,
          keyVersion: held.gatewayKeyVersion,
          handler: (_, { keyVersion }) => {
            versions.add(keyVersion);
            return success;
          },
          onRefusal: (refusal) => refusals.push(refusal),
        })(request),
    }).updatePass(update);
  const sent: Promise<unknown>[] = [];
  for (const { change, waits } of [...steps, { change: {} } as Step]) {
    for (let i = 0; i < 5; i++) sent.push(send());
    if (waits) await Promise.allSettled(sent);
    Object.assign(held, change);
  }
  const outcomes = await Promise.allSettled(sent);
  expect(outcomes.filter(({ status }) => status === 'rejected')).toEqual([]);
  expect(refusals).toEqual([]);
  return versions;
}

test.each([
  ['with', ['1', '2']],
  ['without', [undefined, undefined]],
])("the merchant's pair %s versions is replaced and no update is refused", async (_, [oldVersion, newVersion]) => {
  const [old, next] = [await importPair(keys.merchant, oldVersion), await importPair(keys.stranger, newVersion)];
  const held: HeldKeys = {
    merchantPrivateKey: old.privateKey,
    merchantPublicKey: old.publicKey,
    gatewayPrivateKey: gateway.privateKey,
    gatewayPublicKey: gateway.publicKey,
  };
  const versions = await rotate(held, [
    { change: { merchantPublicKey: [old.publicKey, next.publicKey] } },
    { change: { merchantPrivateKey: [old.privateKey, next.privateKey] } },
    { change: { merchantPublicKey: next.publicKey }, waits: true },
    { change: { merchantPrivateKey: next.privateKey }, waits: true },
  ]);
  expect([...versions]).toEqual(oldVersion === undefined ? [undefined] : ['1', '2']);
});

test("the gateway's pair is replaced and no update is refused", async () => {
  const [old, next] = [await importPair(keys.gateway, '1'), await importPair(keys.stranger, '2')];
  const held: HeldKeys = {
    merchantPrivateKey: merchant.privateKey,
    merchantPublicKey: merchant.publicKey,
    gatewayPrivateKey: old.privateKey,
    gatewayPublicKey: old.publicKey,
  };
  await rotate(held, [
    // It signs with the old key until the merchant knows the new one.
    { change: { gatewayPrivateKey: [old.privateKey, next.privateKey], gatewayKeyVersion: '1' } },
    { change: { gatewayPublicKey: [old.publicKey, next.publicKey] } },
    { change: { gatewayKeyVersion: undefined }, waits: true },
    { change: { gatewayPublicKey: next.publicKey }, waits: true },
    { change: { gatewayPrivateKey: next.privateKey }, waits: true },
  ]);
});
