/**
 * The merchant's Worker: `POST /passes/:passId` with an update in JSON -> updatePass, signed with the merchant's key ->
 * what AlipayHK said. Nothing is kept and nothing is retried: the caller learns of every outcome.
 */
import { RequestInvalid, type UpdatePassRequest } from '@alipayhk-pass/update-pass/client';
import { Hono } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { answerTo, Refused } from './answer.ts';
import { type Merchant, readEnvironment } from './environment.ts';

/** Longest update in bytes. Those seen have less than one thousand. */
const maxBodyBytes = 64 * 1024;

const app = new Hono<{ Variables: { merchant: Merchant } }>();

// Kept for the isolate's life. The result and not its promise: one request must not wait on the work of another.
let merchant: Merchant | undefined;

app.use('/passes/:passId', async (c, next) => {
  merchant ??= await readEnvironment(c.env);
  await authorize(c.req.header('Authorization'), merchant.apiToken);
  c.set('merchant', merchant);
  await next();
});

app.post(
  '/passes/:passId',
  bodyLimit({
    maxSize: maxBodyBytes,
    onError: () => {
      throw new Refused('ContentTooLarge', [{ path: '', expected: `at most ${maxBodyBytes} bytes` }]);
    },
  }),
  async (c) => {
    const update = readUpdate(c.req.param('passId'), c.req.header('Content-Type'), await c.req.arrayBuffer());
    return c.json(await c.var.merchant.client.updatePass(update));
  },
);

app.notFound(() => answerTo(new Refused('RouteNotFound', [{ path: 'route', expected: 'POST /passes/{passId}' }])));
app.onError(answerTo);

export default app;

/** @throws Refused, Unauthorized */
async function authorize(authorization = '', apiToken: string): Promise<void> {
  const [, received = ''] = /^Bearer +(\S+)$/i.exec(authorization) ?? [];
  // Digests, because the comparison in constant time takes equal lengths only.
  const [expectedDigest, receivedDigest] = await Promise.all([digest(apiToken), digest(received)]);
  if (!crypto.subtle.timingSafeEqual(expectedDigest, receivedDigest)) {
    throw new Refused('Unauthorized', [{ path: 'Authorization', expected: 'Bearer and the API_TOKEN of this Worker' }]);
  }
}

function digest(text: string): Promise<ArrayBuffer> {
  return crypto.subtle.digest('SHA-256', new TextEncoder().encode(text));
}

/**
 * The update that a request asks for: the fields of its body, for the pass in its path. They are not checked here but
 * by the client, against the contract.
 *
 * @throws Refused, RequestInvalid
 */
function readUpdate(passId: string, contentType = '', body: ArrayBuffer): UpdatePassRequest {
  if (!/^application\/json *(; *charset="?utf-8"? *)?$/i.test(contentType)) {
    throw new Refused('MediaTypeNotSupported', [{ path: 'Content-Type', expected: 'application/json in UTF-8' }]);
  }
  let fields: unknown;
  try {
    fields = JSON.parse(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(body));
  } catch {
    throw new Refused('JsonInvalid', [{ path: '', expected: 'JSON in UTF-8' }]);
  }
  if (typeof fields !== 'object' || fields === null || Array.isArray(fields)) {
    throw new RequestInvalid([{ path: '', expected: 'an object' }]);
  }
  if ('passId' in fields) throw new RequestInvalid([{ path: 'passId', expected: 'none: the path names the pass' }]);
  return { ...fields, passId } as UpdatePassRequest;
}
