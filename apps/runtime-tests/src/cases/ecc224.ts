/** The second signature algorithm: its vectors, and what it signs itself. */
import { importEcc224PrivateKey, importEcc224PublicKey } from '@alipayhk-pass/message-security/ecc224';
import { keys, vectors } from '@alipayhk-pass/spec/vectors/ecc224';
import { equal, errorOf } from '../assert.ts';
import { open } from '../message.ts';
import type { Test } from '../test.ts';

export function ecc224Cases(test: Test): void {
  for (const [name, vector] of Object.entries(vectors)) {
    const { direction, digest, encoding, expect } = vector;
    const sender = direction === 'request' ? keys.merchant : keys.gateway;
    const openAsReceiver = async (): Promise<string> =>
      open(vector, { publicKey: await importEcc224PublicKey(sender.publicKey, { digest, encoding }) });
    test(`ECC224 vector: ${name}`, async () => {
      if (expect === 'accepted') equal(await openAsReceiver(), vector.body);
      else equal((await errorOf(openAsReceiver)).code, expect.code);
    });
  }

  for (const digest of ['SHA-224', 'SHA-256'] as const) {
    for (const encoding of ['DER', 'IEEE-P1363'] as const) {
      test(`ECC224: signs with ${digest} in ${encoding}`, async () => {
        const privateKey = await importEcc224PrivateKey(keys.merchant.privateKey, { digest, encoding });
        const publicKey = await importEcc224PublicKey(keys.merchant.publicKey, { digest, encoding });
        const content = new TextEncoder().encode('金卡會員 🏅');
        const signature = await privateKey.sign(content);
        equal(await publicKey.verify(signature, content), true);
        equal(await publicKey.verify(signature, content.subarray(1)), false);
      });
    }
  }
}
