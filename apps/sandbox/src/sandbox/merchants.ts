/** `/sandbox/merchants`: whose requests are verified, and with which keys. */
import { importPublicKey } from '@alipayhk-pass/message-security';
import { Hono } from 'hono';
import * as v from 'valibot';
import type { Env } from '../env.ts';
import { listMerchants, setMerchant } from '../merchants.ts';
import { Refused } from './answer.ts';
import { readBody, strict, vClientId, vLongText } from './input.ts';

const vKeys = strict({
  keys: v.pipe(
    v.array(
      strict({
        keyVersion: v.optional(
          v.pipe(
            v.string('text'),
            v.maxLength(64, 'at most 64 characters'),
            v.regex(/^[\w.-]+$/, 'letters, digits, dot, dash or underscore'),
          ),
        ),
        publicKey: vLongText,
      }),
      'a list',
    ),
    v.minLength(1, 'at least one key'),
    v.maxLength(10, 'at most 10 keys'),
    v.check(
      (keys) => keys.length === 1 || new Set(keys.map(({ keyVersion }) => keyVersion)).size === keys.length,
      'another keyVersion for each of several keys',
    ),
    v.check(
      (keys) => keys.length === 1 || keys.every(({ keyVersion }) => keyVersion !== undefined),
      'a keyVersion for each of several keys',
    ),
  ),
});

export const merchants = new Hono<{ Bindings: Env }>()
  .get('/', async ({ env, json }) => json({ merchants: await listMerchants(env.DB) }))
  .put('/:clientId', async (c) => {
    const clientId = v.safeParse(vClientId, c.req.param('clientId'));
    if (!clientId.success) {
      throw new Refused('RequestInvalid', [{ path: 'clientId', expected: clientId.issues[0].message }]);
    }
    const { keys } = await readBody(c, vKeys);
    for (const [index, { publicKey }] of keys.entries()) {
      await importPublicKey(publicKey).catch((error: TypeError) => {
        // What was received is told by its kind: "a private key", "an RSA key of 1024 bits".
        const expected = error.message.replace(/^publicKey is (.*); expected (.*)$/, '$2, received $1');
        throw new Refused('RequestInvalid', [{ path: `keys.${index}.publicKey`, expected }]);
      });
    }
    const merchant = { clientId: clientId.output, keys };
    await setMerchant(c.env.DB, merchant);
    return c.json(merchant);
  });
