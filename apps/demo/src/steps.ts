/** The steps of the demo. Each prints what happened and throws when it is not what has to happen. */
import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { importPublicKey, openResponse } from '@alipayhk-pass/message-security';
import type { UpdatePassRequest } from '@alipayhk-pass/update-pass/client';
import type { Exchange } from './recorder.ts';
import { row, subheading } from './show.ts';
import { clientId, type Stage } from './stage.ts';
import { showMessage } from './wire.ts';

const passId = '2024052200000000000001';

/** Who holds the pass; ids in the shapes that AlipayHK uses. */
const holder = {
  merchantId: '2160400000000001',
  userId: '2160220000000001',
  templateCode: '20240522000000000000000000000001',
};

/** What an update says besides the pass and its holder. */
export type Update = Omit<UpdatePassRequest, 'passId' | keyof typeof holder>;

interface StoredPass extends Update {
  passId: string;
  revision: number;
}

/** Makes the merchant's public key known in AlipayHK's place, as its console does. */
export async function registerMerchant(stage: Stage): Promise<void> {
  const path = `/sandbox/merchants/${clientId}`;
  const response = await sandbox(stage, path, {
    method: 'PUT',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ keys: [{ keyVersion: '1', publicKey: stage.keys.merchant.publicKey }] }),
  });
  assert.equal(response.status, 200, `PUT ${path}: expected 200, received ${response.status}`);
}

/** Creates the pass in AlipayHK's place. */
export async function createPass(stage: Stage): Promise<void> {
  const response = await sandbox(stage, '/sandbox/passes', {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ passId, clientId, ...holder }),
  });
  assert.equal(response.status, 201, `POST /sandbox/passes: expected 201, received ${response.status}`);
  await showStoredPass(stage);
}

/**
 * Has the merchant's Worker send an update, and shows what went over the wire and what came of it.
 *
 * @param options.revision - how many updates the pass has to have seen afterwards
 * @returns what was on the wire
 */
export async function sendUpdate(
  stage: Stage,
  update: Update,
  { encryption, revision }: { encryption: 'off' | 'on'; revision: number },
): Promise<Exchange> {
  const { recorder, merchantUrls, apiToken } = stage;
  const { merchant, gateway } = stage.keys;
  const asked = { ...holder, ...update };
  row('asked of the merchant', `PUT /passes/${passId}\n${JSON.stringify(asked)}`);
  const before = recorder.exchanges.length;
  const url = `${merchantUrls[encryption]}/passes/${passId}`;
  const authorization = { Authorization: `Bearer ${apiToken}` };
  const response = await fetch(url, {
    method: 'PUT',
    headers: { ...authorization, 'Content-Type': 'application/json' },
    body: JSON.stringify(asked),
  });
  const accepted = (await response.json()) as { revision: number };
  assert.equal(response.status, 202, `the merchant's Worker: expected 202, received ${JSON.stringify(accepted)}`);
  row('accepted', JSON.stringify(accepted), 'green');
  const delivered = await untilDelivered(url, authorization, accepted.revision);
  assert.equal(recorder.exchanges.length, before + 1, 'the recorder: expected one exchange');
  const exchange = recorder.exchanges.at(-1) as Exchange;
  for (const half of ['request', 'response'] as const) {
    const encrypted = exchange[half].headers.has('Encrypt');
    assert.equal(encrypted, encryption === 'on', `the ${half}: expected encryption ${encryption}`);
  }

  const forGateway = { publicKey: merchant.publicKey, privateKey: gateway.privateKey };
  const sent = showMessage(exchange, { half: 'request', ...forGateway });
  assert.deepEqual(JSON.parse(sent), { ...asked, passId });
  const forMerchant = { publicKey: gateway.publicKey, privateKey: merchant.privateKey };
  const { resultInfo } = JSON.parse(showMessage(exchange, { half: 'response', ...forMerchant }));

  subheading('outcome');
  row('delivered', JSON.stringify(delivered), 'green');
  assert.equal(resultInfo.resultStatus, 'S', 'resultStatus: expected S');
  const attempt = delivered.attempts.at(-1);
  const told = [attempt?.resultCode, attempt?.tracerId];
  assert.deepEqual(told, [resultInfo.resultCode, exchange.response.headers.get('Tracer-Id')]);
  const { status, endDate, dataInfo, revision: stored } = await showStoredPass(stage);
  const { endDate: newEndDate, dataInfo: newDataInfo } = update;
  assert.deepEqual([status, endDate, dataInfo, stored], ['ACTIVE', newEndDate, newDataInfo, revision]);
  return exchange;
}

/** A pass as the merchant's Worker shows it. */
interface MailboxView {
  state: string;
  delivered: number;
  attempts: { resultCode?: string; tracerId?: string }[];
}

/** Asks the merchant's Worker until AlipayHK has confirmed the revision. */
async function untilDelivered(url: string, headers: Record<string, string>, revision: number): Promise<MailboxView> {
  let view: MailboxView | undefined;
  for (let turn = 0; turn < 100; turn += 1) {
    view = (await (await fetch(url, { headers })).json()) as MailboxView;
    if (view.delivered >= revision) return view;
    await sleep(100);
  }
  throw new Error(`the merchant's Worker: expected revision ${revision} delivered, received ${JSON.stringify(view)}`);
}

/** Sends a recorded request once more with one byte of its body changed, and shows that it is refused. */
export async function tamper(stage: Stage, { method, httpUri, request }: Exchange): Promise<void> {
  const signed = '"lastChangePoints":"120"';
  const changed = '"lastChangePoints":"920"';
  const body = request.body.toString();
  assert(body.includes(signed), `the recorded request: expected ${signed}`);
  row('as it was signed', `…${signed}…`);
  row('as it is sent', `…${changed}…`);
  const before = await readPass(stage);
  const names = ['Client-Id', 'Content-Type', 'Request-Time', 'Signature'];
  const headers = names.map((name): [string, string] => [name, request.headers.get(name) ?? '']);
  const url = stage.gatewayUrl + httpUri;
  const response = await fetch(url, { method, headers, body: body.replace(signed, changed) });

  const publicKey = await importPublicKey(stage.keys.gateway.publicKey);
  const opened = await openResponse(response, { url }, { clientId, publicKey });
  const { resultInfo } = (await opened.response.json()) as { resultInfo: Record<string, string> };
  row('verified refusal', JSON.stringify({ resultInfo, tracerId: opened.tracerId }), 'green');
  assert.deepEqual([resultInfo.resultCode, resultInfo.resultStatus], ['INVALID_SIGNATURE', 'F']);
  assert.deepEqual(await showStoredPass(stage), before, 'the stored pass: expected no change');
}

async function showStoredPass(stage: Stage): Promise<StoredPass> {
  const pass = await readPass(stage);
  const { status, revision, endDate, dataInfo } = pass;
  row('stored pass', `${pass.passId}\n${JSON.stringify({ status, revision, endDate, dataInfo })}`, 'green');
  return pass;
}

async function readPass(stage: Stage): Promise<StoredPass> {
  const response = await sandbox(stage, `/sandbox/passes/${passId}`);
  assert.equal(response.status, 200, `GET /sandbox/passes: expected 200, received ${response.status}`);
  return (await response.json()) as StoredPass;
}

function sandbox({ gatewayUrl, sandboxToken }: Stage, path: string, init: RequestInit = {}): Promise<Response> {
  const headers = { ...init.headers, Authorization: `Bearer ${sandboxToken}` };
  return fetch(gatewayUrl + path, { ...init, headers });
}
