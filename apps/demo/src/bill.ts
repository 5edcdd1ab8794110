/**
 * AlipayHK notifies the merchant of bills; each becomes points, and the points an update of the card, through a gateway that
 * fails half of the time.
 */
import assert from 'node:assert/strict';
import { createNotifier } from '@alipayhk-pass/api/gateway';
import { importPrivateKey, importPublicKey } from '@alipayhk-pass/message-security';
import { registerMember, untilDelivered, untilHandedOver } from './merchant.ts';
import { failHalfOfTheTime, showStoredPass } from './sandbox.ts';
import { type Card, clientId, merchantTag, type Setup } from './setup.ts';
import { row, subheading } from './show.ts';

/** In cents: 150 dollars, 88, and 40 and a half. */
const values = [15_000, 8_800, 4_050];

/** Notifies each bill twice, as AlipayHK does when a reply is late, and shows how its points get to the card. */
export async function turnBillsIntoPoints(setup: Setup, card: Card): Promise<void> {
  row('member', JSON.stringify(await registerMember(setup, card, 'on')));
  const alipayhk = createNotifier({
    clientId,
    privateKey: await importPrivateKey(setup.keys.gateway.privateKey),
    publicKey: await importPublicKey(setup.keys.merchant.publicKey),
    baseUrl: setup.merchantUrls.on,
    tag: merchantTag,
  });
  let total = 0;
  await untilHandedOver(setup, card, 'on');
  let seen = (await untilDelivered(setup, card, 'on')).attempts.length;
  await failHalfOfTheTime(setup);
  let failed = 0;
  for (const [index, value] of values.entries()) {
    const billNo = `20240522210000000000000001${index}0`;
    const bill = {
      userId: card.userId,
      billNo,
      orderAmount: { currency: 'HKD', value: String(value) },
      payTime: new Date().toISOString(),
      pointsProvider: 'ALIPAYHK',
    };
    subheading(`bill ${billNo}, HKD ${(value / 100).toFixed(2)}`);
    const replies = [await alipayhk.notifyBill(bill), await alipayhk.notifyBill(bill)];
    for (const { resultInfo } of replies) assert.equal(resultInfo.resultStatus, 'S', 'the bill: expected S');
    row('replies, verified', 'S, and S to its repetition', 'green');
    total += Math.floor(value / 100);
    await untilHandedOver(setup, card, 'on');
    const view = await untilDelivered(setup, card, 'on');
    const attempts = view.attempts.slice(seen);
    seen = view.attempts.length;
    failed += attempts.filter(({ outcome }) => outcome !== 'delivered').length;
    attempts.forEach((attempt, turn) => {
      const { outcome, code = '', resultCode = '' } = attempt;
      row(turn === 0 ? 'attempts' : '', [outcome, code, resultCode].filter((word) => word !== '').join('  '));
    });
    const { points } = await showStoredPass(setup, card);
    assert.equal(points, total, 'the stored pass: expected one point a dollar, each bill once');
  }
  assert(failed > 0, 'the gateway: expected some attempts to fail');
}
