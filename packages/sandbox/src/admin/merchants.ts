/** `/sandbox/merchants`: who is known to the gateway, and by which keys. */
import { importPublicKey } from '@alipayhk-pass/message-security';
import { Hono } from 'hono';
import * as v from 'valibot';
import { headerCases } from '../gateway/header-case.ts';
import type { SqlStore } from '../store.ts';
import { listMerchants, setMerchant } from '../tables/merchants.ts';
import { Refused } from './errors.ts';
import { body, checked, strict, vClientId, vLongText } from './input.ts';

const vKeyVersion = v.pipe(
  v.string('must be text'),
  v.maxLength(64, 'is longer than 64 characters'),
  v.regex(/^[\w.-]+$/, 'has characters other than letters, digits, dot, dash and underscore'),
);

const vMerchant = strict({
  headerCase: v.optional(v.picklist(headerCases, `must be ${headerCases.join(' or ')}`)),
  keys: v.pipe(
    v.array(strict({ keyVersion: v.optional(vKeyVersion), publicKey: vLongText }), 'must be a list'),
    v.minLength(1, 'is empty'),
    v.maxLength(10, 'has more than 10 keys'),
    v.check(
      (keys) => keys.length === 1 || new Set(keys.map(({ keyVersion }) => keyVersion)).size === keys.length,
      'has two keys with the same keyVersion',
    ),
    v.check(
      (keys) => keys.length === 1 || keys.every(({ keyVersion }) => keyVersion !== undefined),
      'has several keys, and one without a keyVersion',
    ),
  ),
});

export function merchantRoutes(store: SqlStore) {
  return new Hono()
    .get('/', async (c) => c.json({ merchants: await listMerchants(store) }))
    .put('/:clientId', body(vMerchant), async (c) => {
      const clientId = checked(vClientId, c.req.param('clientId'), 'clientId');
      const { keys, headerCase } = c.req.valid('json');
      for (const [index, { publicKey }] of keys.entries()) {
        await importPublicKey(publicKey).catch((error: TypeError) => {
          // It names what was given by its kind ("a private key"), never by its content.
          const message = error.message.replace(/^publicKey /, '');
          throw new Refused('RequestInvalid', [{ path: `keys.${index}.publicKey`, message }]);
        });
      }
      const merchant = { clientId, keys, ...(headerCase && { headerCase }) };
      await setMerchant(store, merchant);
      return c.json(merchant);
    });
}
