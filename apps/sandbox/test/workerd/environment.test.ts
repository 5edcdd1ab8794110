// Secrets and variables: what is said of a missing or malformed one, and to whom.

import { env } from 'cloudflare:workers';
import { variants } from '@alipayhk-pass/sandbox/variants';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { Env } from '../../src/env.ts';
import worker from '../../src/worker.ts';

beforeEach(() => void vi.spyOn(console, 'warn').mockReturnValue());
afterEach(() => void vi.restoreAllMocks());

/** The Worker's response with these variables. */
function responseWith(variables: Partial<Env>, path = '/x', init: RequestInit = { method: 'POST' }): Promise<Response> {
  return worker.fetch(new Request(`http://127.0.0.1:8787${path}`, init), { ...env, ...variables });
}

const privateKey = env.GATEWAY_PRIVATE_KEY;

describe('the Worker replies HTTP 500 and names the variable', () => {
  const expectedKey = 'expected an RSA private key of 2048 bits or more, as PEM or bare base64';
  const noKey = `GATEWAY_PRIVATE_KEY is missing; ${expectedKey}`;
  const badKey = `GATEWAY_PRIVATE_KEY is not such a key; ${expectedKey}`;
  const badRows = 'LEDGER_ROWS must be a whole number from 1 to 9999999';
  const badVariant = `VARIANT must be one of ${variants.map(({ name }) => name).join(', ')}`;
  const badMerchant = 'SANDBOX_MERCHANT must be the JSON that the local starter sets';

  test.each<[what: string, variables: Partial<Env>, error: string, reason?: string]>([
    ['a missing private key', { GATEWAY_PRIVATE_KEY: undefined }, noKey],
    ['an empty private key', { GATEWAY_PRIVATE_KEY: '' }, noKey],
    ['a private key that is other text', { GATEWAY_PRIVATE_KEY: 'hunter2!' }, badKey, 'neither PEM nor whole base64'],
    ['a private key cut short', { GATEWAY_PRIVATE_KEY: privateKey.slice(0, 800) }, badKey, 'cut short'],
    ['a public key instead', { GATEWAY_PRIVATE_KEY: env.TEST_GATEWAY_PUBLIC_KEY }, badKey, 'a public key'],
    ['a private key of 1024 bits', { GATEWAY_PRIVATE_KEY: env.TEST_SHORT_PRIVATE_KEY }, badKey, '1024 bits'],
    ['an empty number of rows', { LEDGER_ROWS: '' }, badRows],
    ['a number of rows that is text', { LEDGER_ROWS: 'many' }, badRows],
    ['zero rows', { LEDGER_ROWS: '0' }, badRows],
    ['another case of headers', { HEADER_CASE: 'upper' }, 'HEADER_CASE must be lower or title'],
    ['another variant', { VARIANT: 'toString' }, badVariant],
    ['a merchant that is not JSON', { SANDBOX_MERCHANT: 'hunter2!' }, badMerchant],
    ['a merchant without its pass', { SANDBOX_MERCHANT: '{"clientId":"hunter2!"}' }, badMerchant],
  ])('for %s', async (_, variables, error, reason) => {
    const log = vi.spyOn(console, 'error').mockReturnValue();
    const response = await responseWith(variables);
    expect(response.status).toBe(500);
    const [path = ''] = error.split(' ');
    expect(await response.json()).toEqual({
      error: {
        ...{ code: 'ConfigurationInvalid', message: error },
        issues: [{ path, message: error.slice(path.length + 1) }],
      },
    });
    expect(log).toHaveBeenCalledOnce();
    const line = String(log.mock.calls[0]?.[0]);
    expect(JSON.parse(line)).toMatchObject({ name: 'ConfigurationInvalid', message: error });
    if (reason) expect(JSON.parse(line).reason).toContain(reason);
    // Nothing of a value, neither a key's head nor its inside.
    expect(line).not.toMatch(/BEGIN|MII|hunter2/);
  });
});

test('a private key with escaped line ends is read, as `.dev.vars` and dashboards write it', async () => {
  const response = await responseWith({ GATEWAY_PRIVATE_KEY: privateKey.replaceAll('\n', '\\n') });
  expect(response.status).toBe(200);
  expect(await response.json()).toMatchObject({ resultInfo: { resultCode: 'INVALID_API' } });
});

test('the private key is imported once, and again when the secret changed', async () => {
  const importKey = vi.spyOn(crypto.subtle, 'importKey');
  const imports = async (variables: Partial<Env>): Promise<number> => {
    importKey.mockClear();
    await responseWith(variables);
    return importKey.mock.calls.filter(([format, , , , usages]) => format === 'jwk' && usages[0] === 'sign').length;
  };
  const other = { GATEWAY_PRIVATE_KEY: `${privateKey}\n` };
  expect(await imports(other)).toBe(1);
  expect(await imports(other)).toBe(0);
  expect(await imports({})).toBe(1);
  expect(await imports({})).toBe(0);
});

describe('SANDBOX_OPEN', () => {
  const init = { headers: { 'Sec-Fetch-Site': 'none' } };
  const open = (value: string) => ({ SANDBOX_OPEN: value, SANDBOX_TOKEN: undefined });

  test('opens the admin API under a name of this machine if it is loopback', async () => {
    expect((await responseWith(open('loopback'), '/sandbox/passes', init)).status).toBe(200);
  });

  test.each(['true', '1', '', 'LOOPBACK'])('opens nothing if it is %j', async (value) => {
    expect((await responseWith(open(value), '/sandbox/passes', init)).status).toBe(404);
  });
});

test('SANDBOX_MERCHANT is what /sandbox/ready shows', async () => {
  const merchant = {
    ...{ clientId: 'c', keyVersion: '1', merchantPrivateKey: 'private', gatewayPublicKey: 'public' },
    pass: { passId: 'P', merchantId: 'M', userId: 'U', templateCode: 'T' },
  };
  const variables = { SANDBOX_OPEN: 'loopback', SANDBOX_MERCHANT: JSON.stringify(merchant) };
  const response = await responseWith(variables, '/sandbox/ready', { headers: { 'Sec-Fetch-Site': 'none' } });
  expect(await response.json()).toEqual(merchant);
});

test.each(['lower', 'title'])('HEADER_CASE may be %s', async (HEADER_CASE) => {
  expect((await responseWith({ HEADER_CASE })).status).toBe(200);
});

test('VARIANT names the variant that is emulated, and an empty one none', async () => {
  const activeVariant = async (VARIANT: string) => {
    const variables = { SANDBOX_OPEN: 'loopback', VARIANT };
    const response = await responseWith(variables, '/sandbox/variants', { headers: { 'Sec-Fetch-Site': 'none' } });
    return ((await response.json()) as { active: { name: string } | null }).active?.name;
  };
  expect(await activeVariant('times-in-utc')).toBe('times-in-utc');
  expect(await activeVariant('')).toBeUndefined();
});

test('LEDGER_ROWS bounds the ledger', async () => {
  for (let count = 0; count < 130; count++) await responseWith({ LEDGER_ROWS: '20' });
  const sql = 'SELECT count(*) AS rows, max(id) AS last FROM ledger';
  const { rows, last } = (await env.DB.prepare(sql).first()) as { rows: number; last: number };
  expect(rows).toBe(20 + (last % 100));
});
