// What the variants have in common. What each one does differently, `doctor --probe` finds: packages/cli/test/doctor.test.ts.
import { openResponse, parseHeader, RSA_AES, rsaAes, sealRequest } from '@alipayhk-pass/message-security';
import { afterEach, describe, expect, test } from 'vitest';
import { wireHeaders } from '../../src/index.ts';
import { removeFaults } from '../../src/tables/faults.ts';
import { catalog, variantNamed } from '../../src/variants/catalog.ts';
import { variants } from '../../src/variants.ts';
import {
  admin,
  ask,
  freshPass,
  merchantKeys,
  optionsOf,
  sandboxWith,
  store,
  stored,
  updateOf,
  updatePassUrl,
} from '../parties.ts';

afterEach(async () => void (await removeFaults(store)));

/** How a request differs from one that every variant understands. */
interface Change {
  encrypted?: boolean;
  contentType?: string;
  keyVersion?: string;
}

/** Sends an update of a fresh pass to a sandbox that emulates the variant, as a merchant who knows the variant. */
async function send(name: string, { encrypted = false, contentType, keyVersion }: Change = {}) {
  const sandbox = await sandboxWith({ variant: name });
  const { encryption = RSA_AES } = variantNamed(name) ?? {};
  const pass = await freshPass();
  const options = await optionsOf('merchant-1');
  const privateKey = { ...options.privateKey, keyVersion };
  const plain = new Request(updatePassUrl, { method: 'POST', body: JSON.stringify(updateOf(pass)) });
  const sealed = await sealRequest(plain, {
    ...options,
    privateKey,
    encryption: encrypted ? encryption : undefined,
    ...(contentType && { encryptedContentType: contentType }),
  });
  const response = await sandbox(sealed.clone());
  const [entry] = (await admin.allEntries({ clientId: 'merchant-1' })).slice(-1);
  return { pass, sealed, response, entry, options: { ...options, encryption } };
}

const resultOf = async (response: Response) => {
  const body = (await response.json()) as Record<string, { resultCode: string } | undefined>;
  return (body.resultInfo ?? body.result)?.resultCode;
};

test('there are at least twenty variants, each with a name, a sentence and an assumption', async () => {
  expect(variants.length).toBeGreaterThanOrEqual(20);
  expect(new Set(variants.map(({ name }) => name)).size).toBe(variants.length);
  for (const { name, description, assumptions } of variants) {
    expect(name).toMatch(/^[a-z0-9]+(-[a-z0-9]+)*$/);
    expect(description).toMatch(/^[A-Z].{10,}\.$/);
    expect(assumptions.length).toBeGreaterThan(0);
  }
});

describe('the admin API lists the variants', () => {
  test('and none as active in the default sandbox', async () => {
    expect(await admin.listVariants()).toEqual({ catalog: variants, active: null });
  });

  test('and the active one', async () => {
    const sandbox = await sandboxWith({ variant: 'result', access: { open: 'loopback' } });
    const request = new Request('http://127.0.0.1/sandbox/variants', { headers: { 'Sec-Fetch-Site': 'none' } });
    expect(await (await sandbox(request)).json()).toMatchObject({ active: { name: 'result', assumptions: ['A13'] } });
    expect((await ask('POST', '/variants')).status).toBe(404);
  });
});

describe.each(catalog.map(({ name }) => name))('%s', (name) => {
  test('applies one of a plain and an encrypted update at least, and signs its reply to each', async () => {
    const change = name === 'key-version-required' ? { keyVersion: '1' } : {};
    const contentType = name.endsWith('json-only') ? 'application/json; charset=UTF-8' : 'text/plain; charset=UTF-8';
    const revisions: number[] = [];
    for (const encrypted of [false, true]) {
      const { pass, sealed, response, options, entry } = await send(name, { ...change, encrypted, contentType });
      const { response: opened } = await openResponse(response, sealed, options);
      const { revision } = await stored(pass);
      expect(await resultOf(opened)).toBe(revision === 1 ? 'SUCCESS' : 'PARAM_ILLEGAL');
      expect(entry).toMatchObject({ applied: revision === 1, reply: { status: 200 } });
      revisions.push(revision);
    }
    const expected = { 'no-encryption': [1, 0], 'encryption-only': [0, 1] }[name] ?? [1, 1];
    expect(revisions).toEqual(expected);
  });
});

describe('the ledger says why a variant refused a request, and its reply is signed', () => {
  test.each<[name: string, change: Change, stage: string, code: string, reason: RegExp]>([
    [
      'encrypted-json-only',
      { encrypted: true, contentType: 'text/plain' },
      'target',
      'MEDIA_TYPE_NOT_ACCEPTABLE',
      /is not accepted; expected application\/json$/,
    ],
    [
      'encrypted-text-only',
      { encrypted: true, contentType: 'application/json' },
      'target',
      'MEDIA_TYPE_NOT_ACCEPTABLE',
      /is not accepted; expected text\/plain$/,
    ],
    ['key-version-required', {}, 'signature', 'INVALID_SIGNATURE', /has no keyVersion; expected one$/],
    ['key-version-refused', { keyVersion: '1' }, 'signature', 'INVALID_SIGNATURE', /has a keyVersion; expected none$/],
    [
      'no-encryption',
      { encrypted: true },
      'decryption',
      'PARAM_ILLEGAL',
      /the body is encrypted; expected a plain one$/,
    ],
    ['encryption-only', {}, 'contract', 'PARAM_ILLEGAL', /the body is plain; expected an encrypted one$/],
  ])('%s', async (name, change, stage, code, reason) => {
    const { pass, response, sealed, entry, options } = await send(name, change);
    const refused = entry?.stages.find(({ verdict }) => verdict === 'refused');
    expect(refused).toEqual({ stage, verdict: 'refused', reason: expect.stringMatching(reason) });
    expect(entry?.resultInfo).toMatchObject({ resultCode: code, resultStatus: 'F' });
    const opened = await openResponse(response, sealed, options);
    expect(await resultOf(opened.response)).toBe(code);
    expect((await stored(pass)).revision).toBe(0);
  });
});

test('a Client-Id that is unknown gets the reply of the default sandbox, whatever the variant', async () => {
  const sandbox = await sandboxWith({ variant: 'key-version-required' });
  const request = new Request(updatePassUrl, { method: 'POST', body: '{}', headers: { 'Client-Id': 'stranger' } });
  expect(await resultOf(await sandbox(request))).toBe('INVALID_CLIENT');
});

test('a malformed Signature header is refused at the stage headers, whatever keyVersion the variant expects', async () => {
  const sandbox = await sandboxWith({ variant: 'key-version-required' });
  const headers = { 'Client-Id': 'merchant-1', 'Request-Time': '2026-01-01T00:00:00Z', Signature: 'signature' };
  const init = { method: 'POST', body: '{}', headers: { ...headers, 'Content-Type': 'application/json' } };
  expect(await resultOf(await sandbox(new Request(updatePassUrl, init)))).toBe('INVALID_SIGNATURE');
  const [entry] = (await admin.allEntries({ clientId: 'merchant-1' })).slice(-1);
  expect(entry?.stages.find(({ verdict }) => verdict === 'refused')?.stage).toBe('headers');
});

test('a fault seals its reply in the suite and with the headers of the variant', async () => {
  const name = 'aes-gcm-rsa-oaep';
  await admin.addFault({ name: 'result-for-resultInfo', clientId: 'merchant-1', times: 1 });
  const { response, sealed, options } = await send(name, { encrypted: true });
  const encryption = rsaAes({ content: 'AES-GCM', keyTransport: 'RSA-OAEP' });
  const opened = await openResponse(response, sealed, { ...options, encryption });
  expect(await opened.response.json()).toMatchObject({ result: { resultCode: 'SUCCESS' } });

  await admin.addFault({ name: 'result-for-resultInfo', clientId: 'merchant-1', times: 1 });
  const other = await send('reply-key-version');
  expect(parseHeader('Signature', other.response.headers.get('Signature') ?? '').keyVersion).toBe('7');
});

test('a merchant’s own headerCase goes before that of the variant', async () => {
  const keys = [{ publicKey: merchantKeys['merchant-1'].publicKey }];
  const names = async () => wireHeaders((await send('header-names-upper')).response).map(([name]) => name);
  expect(await names()).toContain('SIGNATURE');
  await admin.setMerchant({ clientId: 'merchant-1', keys, headerCase: 'title' });
  expect(await names()).toContain('Signature');
  await admin.setMerchant({ clientId: 'merchant-1', keys });
});
