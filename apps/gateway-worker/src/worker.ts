/**
 * A Worker in AlipayHK's place: updatePass on passes that D1 keeps, and `/sandbox` to create and see them.
 * Whatever is not under `/sandbox` is a request to the gateway, which answers wrong paths too.
 */
import { createGateway, type Refusal } from '@alipayhk-pass/update-pass/gateway';
import { Hono } from 'hono';
import type { Env } from './env.ts';
import { ConfigurationInvalid, keysOf } from './keys.ts';
import { applyUpdate } from './passes.ts';
import { sandbox } from './sandbox.ts';

const app = new Hono<{ Bindings: Env }>();

app.route('/sandbox', sandbox);

app.all('*', async ({ env, req }) => {
  const { privateKey, publicKeys } = await keysOf(env);
  const gateway = createGateway({
    privateKey,
    publicKeyOf: (clientId) => publicKeys.get(clientId),
    handler: (update, context) => applyUpdate(env.DB, update, context),
    onRefusal: logRefusal,
  });
  return gateway(req.raw);
});

app.onError((error, { json }) => {
  const { name, message, cause } = error;
  console.error(JSON.stringify({ name, message, ...(cause instanceof Error && { reason: cause.message }) }));
  return json({ error: error instanceof ConfigurationInvalid ? message : 'the sandbox failed' }, 500);
});

/** Why a request was refused, which the wire does not say; neither its body nor its signature is in it. */
function logRefusal({ tracerId, clientId, resultInfo: { resultCode }, error }: Refusal): void {
  const { name, message } = error instanceof Error ? error : { name: 'unknown', message: String(error) };
  // Cut, for it is not verified: it may be anyone's and of any length.
  console.warn(JSON.stringify({ tracerId, clientId: clientId?.slice(0, 64), resultCode, name, message }));
}

export default app satisfies ExportedHandler<Env>;
