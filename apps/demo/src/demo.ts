/**
 * The demo: both ends on this machine, one signed update, one signed and encrypted update, one tampered request, and
 * bills that become points through a gateway that fails half of the time.
 * It exits with 0 only if every step did what it has to do, and leaves nothing behind, unless it is killed with SIGKILL.
 */
import { parseArgs } from 'node:util';
import { untilSignal } from '@alipayhk-pass/harness/signals';
import { turnBillsIntoPoints } from './bill.ts';
import { createPass, registerMerchant } from './sandbox.ts';
import { cards, setUp } from './setup.ts';
import { heading, row } from './show.ts';
import { sendUpdate, tamper, type Update } from './steps.ts';

/** A purchase paid with Alipay; `status` and `updateDetailType` as AlipayHK's page has them. */
const purchase = (billNo: string, lastChangePoints: string): Update => ({
  status: 'UPDATE',
  updateDetailType: 'UPDATE_MEMBER_CARD',
  endDate: Date.UTC(2031, 11, 31),
  dataInfo: { billNo, lastChangePoints, pointsProvider: 'ALIPAYHK' },
});

async function demo(started: AsyncDisposableStack): Promise<void> {
  heading('1  Both ends, on this machine');
  const setup = await setUp(started);
  row('gateway', `${setup.gatewayUrl}  apps/sandbox, in AlipayHK's place`);
  row('recorder', `${setup.recorder.url}  between the two: what is shown below was on the wire`);
  row('merchant', `${setup.merchantUrls.off}  apps/outbox, ENCRYPTION off`);
  row('merchant', `${setup.merchantUrls.on}  apps/outbox, ENCRYPTION on`);
  row('keys', 'two RSA pairs of 2048 bits, made for this run');
  row('note', '␊ is a line feed on the wire; every other line ends here only, for reading');
  await registerMerchant(setup);
  for (const card of [cards.off, cards.on]) await createPass(setup, card);

  heading('2  A signed update');
  const update = purchase('2024052221000000000000000001', '120');
  const exchange = await sendUpdate(setup, cards.off, update, 'off');

  heading('3  A signed and encrypted update');
  const next = purchase('2024052221000000000000000002', '35');
  await sendUpdate(setup, cards.on, next, 'on');

  heading('4  The first request once more, one byte of its body changed');
  await tamper(setup, cards.off, exchange);

  heading('5  Bills become points, through a gateway that fails half of the time');
  await turnBillsIntoPoints(setup, cards.on);
}

/** Rejects once a signal asks this process to stop. */
const interrupted = untilSignal().then(({ name, exitCode }) => {
  process.exitCode = exitCode;
  console.error('\nstopping what was started …');
  throw new Error(`interrupted by ${name}`);
});

async function main(): Promise<void> {
  const started = new AsyncDisposableStack();
  try {
    await Promise.race([demo(started), interrupted]);
  } finally {
    await started.disposeAsync();
  }
  heading('Every step succeeded; everything that was started has been stopped.');
}

try {
  parseArgs({ options: {} });
} catch (error) {
  console.error(`demo: expected no arguments: ${(error as Error).message}`);
  process.exit(2);
}
await main().catch((error: Error) => {
  console.error(`\ndemo failed: ${error.message}`);
  process.exitCode ??= 1;
});
process.exit(); // an interrupted step may still be under way
