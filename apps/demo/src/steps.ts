/** The steps of the demo. Each prints what happened and throws when it is not what has to happen. */
import assert from 'node:assert/strict';
import type { UpdatePassRequest } from '@alipayhk-pass/api';
import type { Exchange } from '@alipayhk-pass/harness/recorder';
import { importPublicKey, openResponse } from '@alipayhk-pass/message-security';
import { type Encryption, putUpdate, untilDelivered } from './merchant.ts';
import { readPass, showStoredPass } from './sandbox.ts';
import { type Card, clientId, type Setup } from './setup.ts';
import { row, subheading } from './show.ts';
import { showMessage } from './wire.ts';

/** What an update says besides the pass and its holder. */
export type Update = Omit<UpdatePassRequest, keyof Card>;

/**
 * Has the merchant's Worker send an update, and shows what went over the wire and what came of it.
 *
 * @returns what was on the wire
 */
export async function sendUpdate(setup: Setup, card: Card, update: Update, encryption: Encryption): Promise<Exchange> {
  const { recorder, keys } = setup;
  const { passId, ...holder } = card;
  const asked = { ...holder, ...update };
  row('asked of the merchant', `PUT /passes/${passId}\n${JSON.stringify(asked)}`);
  const before = recorder.exchanges.length;
  const accepted = await putUpdate(setup, card, asked, encryption);
  row('accepted', JSON.stringify(accepted), 'green');
  const view = await untilDelivered(setup, card, encryption);
  assert.equal(recorder.exchanges.length, before + 1, 'the recorder: expected one exchange');
  const exchange = recorder.exchanges.at(-1) as Exchange;
  for (const half of ['request', 'response'] as const) {
    const encrypted = exchange[half]?.headers.has('Encrypt');
    assert.equal(encrypted, encryption === 'on', `the ${half}: expected encryption ${encryption}`);
  }

  const forGateway = { publicKey: keys.merchant.publicKey, privateKey: keys.gateway.privateKey };
  const sent = showMessage(exchange, { half: 'request', ...forGateway });
  assert.deepEqual(JSON.parse(sent), { ...asked, passId });
  const forMerchant = { publicKey: keys.gateway.publicKey, privateKey: keys.merchant.privateKey };
  const { resultInfo } = JSON.parse(showMessage(exchange, { half: 'response', ...forMerchant }));

  subheading('outcome');
  const attempt = view.attempts.at(-1);
  row('delivered', JSON.stringify(attempt), 'green');
  assert.equal(resultInfo.resultStatus, 'S', 'resultStatus: expected S');
  const reported = [attempt?.resultCode, attempt?.tracerId];
  assert.deepEqual(reported, [resultInfo.resultCode, exchange.response?.headers.get('Tracer-Id')]);
  const { status, endDate, dataInfo } = await showStoredPass(setup, card);
  assert.deepEqual([status, endDate, dataInfo], ['ACTIVE', update.endDate, update.dataInfo]);
  return exchange;
}

/** Sends a recorded request once more with one byte of its body changed, and shows that it is refused. */
export async function tamper(setup: Setup, card: Card, { method, httpUri, request }: Exchange): Promise<void> {
  const signed = '"lastChangePoints":"120"';
  const changed = '"lastChangePoints":"920"';
  const body = request.body.toString();
  assert(body.includes(signed), `the recorded request: expected ${signed}`);
  row('as it was signed', `…${signed}…`);
  row('as it is sent', `…${changed}…`);
  const before = await readPass(setup, card.passId);
  const names = ['Client-Id', 'Content-Type', 'Request-Time', 'Signature'];
  const headers = names.map((name): [string, string] => [name, request.headers.get(name) ?? '']);
  const url = setup.gatewayUrl + httpUri;
  const response = await fetch(url, { method, headers, body: body.replace(signed, changed) });

  const publicKey = await importPublicKey(setup.keys.gateway.publicKey);
  const opened = await openResponse(response, { url }, { clientId, publicKey });
  const { resultInfo } = (await opened.response.json()) as { resultInfo: Record<string, string> };
  row('verified refusal', JSON.stringify({ resultInfo, tracerId: opened.tracerId }), 'green');
  assert.deepEqual([resultInfo.resultCode, resultInfo.resultStatus], ['INVALID_SIGNATURE', 'F']);
  assert.deepEqual(await showStoredPass(setup, card), before, 'the stored pass: expected no change');
}
