/**
 * Runs in the copy: sends each body to the other end, and prints what that end received or why the body was refused. The
 * kind `gateway` seals a body that the client would refuse.
 *
 * Takes a JSON list of `[kind, body]` from standard input.
 */
import { json } from 'node:stream/consumers';
import { createClient, importPrivateKey, importPublicKey } from '@alipayhk-pass/api';
import { createGateway, createNotifier } from '@alipayhk-pass/api/gateway';
import { createWebhooks } from '@alipayhk-pass/api/webhooks';
import { sealRequest } from '@alipayhk-pass/message-security';
import { keys } from '@alipayhk-pass/spec/vectors';

const clientId = '4Q5Y8W0WSG45P907917';
const success = { resultCode: 'SUCCESS', resultStatus: 'S' } as const;
const [merchant, alipayhk] = await Promise.all(
  [keys.merchant, keys.gateway].map(async ({ privateKey, publicKey }) => ({
    privateKey: await importPrivateKey(privateKey),
    publicKey: await importPublicKey(publicKey),
  })),
);
if (!merchant || !alipayhk) throw new Error('no keys');

let received: unknown;
let refused: unknown;
const handler = (body: unknown) => {
  received = body;
  return success;
};
const onRefusal = ({ error }: { error: unknown }) => {
  refused = error;
};
const gateway = createGateway({
  publicKeyOf: () => merchant.publicKey,
  privateKey: alipayhk.privateKey,
  handler,
  onRefusal,
});
const client = createClient({
  clientId,
  privateKey: merchant.privateKey,
  publicKey: alipayhk.publicKey,
  fetch: gateway,
});
const webhooks = createWebhooks({
  ...{ tag: 'noodle-house', clientId, privateKey: merchant.privateKey, publicKey: alipayhk.publicKey },
  ...{ notifyBill: handler, onRefusal, createMembercard: (body) => ({ resultInfo: handler(body) }) },
});
const notifier = createNotifier({
  ...{ baseUrl: 'https://merchant.example', tag: 'noodle-house', clientId, fetch: webhooks },
  ...{ privateKey: alipayhk.privateKey, publicKey: merchant.publicKey },
});

/** The issues of an error about the body; `undefined` for every other value. */
const issuesOf = (error: unknown) => (error as { issues?: unknown } | undefined)?.issues;

const calls: Record<string, (body: never) => Promise<unknown>> = {
  client: (body) => client.updatePass(body),
  async gateway(body) {
    const path = '/api/open/alipay/v1/ipass/pass/manage/updatePass';
    const request = new Request(`https://open.alipay.hk${path}`, { method: 'POST', body: JSON.stringify(body) });
    await gateway(await sealRequest(request, { clientId, privateKey: merchant.privateKey }));
  },
  notifyBill: (body) => notifier.notifyBill(body),
  createMembercard: (body) => notifier.createMembercard(body),
};

const outcomes = [];
for (const [kind, body] of (await json(process.stdin)) as [string, never][]) {
  received = undefined;
  refused = undefined;
  const error = await calls[kind]?.(body).then(
    () => undefined,
    (reason: unknown) => reason,
  );
  outcomes.push({ kind, received, issues: issuesOf(error) ?? issuesOf(refused) });
}
console.log(JSON.stringify(outcomes));
