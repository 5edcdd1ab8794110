// Secrets and variables: what is said of a missing or malformed one, and to whom.
import { createExecutionContext, waitOnExecutionContext } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { Env } from '../../src/env.ts';
import worker from '../../src/worker.ts';
import { shortKeys, updatePassUrl } from './parties.ts';

beforeEach(() => void vi.spyOn(console, 'warn').mockReturnValue());
afterEach(() => void vi.restoreAllMocks());

/** The Worker's answer when it is configured like this. */
async function answerWith(secrets: Partial<Env>): Promise<Response> {
  const context = createExecutionContext();
  const request = new Request(updatePassUrl, { method: 'POST', headers: { 'Client-Id': 'merchant-1' }, body: '{}' });
  const response = await worker.fetch(request, { ...env, ...secrets }, context);
  await waitOnExecutionContext(context);
  return response;
}

const { privateKey: shortPrivateKey } = await shortKeys();
const privateKey = env.GATEWAY_PRIVATE_KEY;
const publicKey = env.TEST_GATEWAY_PUBLIC_KEY;

describe('refused with HTTP 500 that names the variable', () => {
  const badPrivate = 'GATEWAY_PRIVATE_KEY: expected an RSA private key of 2048 bits or more, as PEM or bare base64';
  const badRows = 'LEDGER_ROWS: expected a whole number from 1 to 9999999';

  test.each<[what: string, secrets: Partial<Env>, error: string, reason?: string]>([
    ['no private key', { GATEWAY_PRIVATE_KEY: undefined }, `${badPrivate}, received none`],
    ['an empty private key', { GATEWAY_PRIVATE_KEY: '' }, `${badPrivate}, received none`],
    ['a private key that is none', { GATEWAY_PRIVATE_KEY: 'hunter2!' }, badPrivate, 'neither PEM nor whole base64'],
    ['a private key cut short', { GATEWAY_PRIVATE_KEY: privateKey.slice(0, 800) }, badPrivate, 'cut short'],
    ['the public key instead', { GATEWAY_PRIVATE_KEY: publicKey }, badPrivate, 'is a public key'],
    ['a private key of 1024 bits', { GATEWAY_PRIVATE_KEY: shortPrivateKey }, badPrivate, 'an RSA key of 1024 bits'],
    ['no rows', { LEDGER_ROWS: '' }, badRows],
    ['a number of rows that is none', { LEDGER_ROWS: 'many' }, badRows],
    ['not one row', { LEDGER_ROWS: '0' }, badRows],
  ])('%s', async (_, secrets, error, reason) => {
    const log = vi.spyOn(console, 'error').mockReturnValue();
    const response = await answerWith(secrets);
    expect(response.status).toBe(500);
    const [path = '', expected] = error.split(': expected ');
    expect(await response.json()).toEqual({
      error: { code: 'ConfigurationInvalid', message: error, issues: [{ path, expected }] },
    });
    expect(log).toHaveBeenCalledOnce();
    const line = String(log.mock.calls[0]?.[0]);
    expect(JSON.parse(line)).toMatchObject({ name: 'ConfigurationInvalid', message: error });
    if (reason) expect(JSON.parse(line).reason).toContain(reason);
    // Nothing of a key, neither its head nor its inside.
    expect(line).not.toMatch(/BEGIN|MII|hunter2/);
  });
});

test('escaped line ends are read, as `.dev.vars` and dashboards write them', async () => {
  const response = await answerWith({ GATEWAY_PRIVATE_KEY: privateKey.replaceAll('\n', '\\n') });
  expect(response.status).toBe(200);
});

test('the private key is imported once, and again when the secret changed', async () => {
  const importKey = vi.spyOn(crypto.subtle, 'importKey');
  const imports = async (secrets: Partial<Env>): Promise<number> => {
    importKey.mockClear();
    await answerWith(secrets);
    return importKey.mock.calls.filter(([format, , , , usages]) => format === 'jwk' && usages[0] === 'sign').length;
  };
  const escaped = { GATEWAY_PRIVATE_KEY: `${privateKey}\n` };
  expect(await imports(escaped)).toBe(1);
  expect(await imports(escaped)).toBe(0);
  expect(await imports({})).toBe(1);
  expect(await imports({})).toBe(0);
});
