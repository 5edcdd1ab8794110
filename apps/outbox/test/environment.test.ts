// What is said of secrets and variables that are missing or malformed: their names, and never their contents.
import { createExecutionContext } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { beforeEach, expect, test, vi } from 'vitest';
import keys from '../../../spec/vectors/keys.json' with { type: 'json' };
import { readEnvironment } from '../src/environment.ts';
import worker from '../src/worker.ts';
import { update } from './caller.ts';
import { answerWith, gateway } from './gateway.ts';

const log = vi.spyOn(console, 'error');
beforeEach(() => void log.mockReset().mockReturnValue());

type Environment = Record<string, string | undefined>;

/** Keys without line breaks, as they would show up in one line of a log. */
const secretTexts = [keys.merchant.privateKey, keys.gateway.publicKey].map((pem) => pem.split('\n')[5] as string);

/** 500 with the names and nothing of the contents, in the answer and in the log. */
async function expectMisconfigured(environment: Environment, names: string[]) {
  const request = new Request('https://merchant.test/passes/1', {
    headers: { Authorization: `Bearer ${env.API_TOKEN}` },
  });
  const response = await worker.fetch(request, { ...env, ...environment }, createExecutionContext());
  expect(response.status).toBe(500);
  const body = (await response.json()) as { error: object };
  expect(body).toMatchObject({ error: { code: 'ConfigurationInvalid', issues: names.map((path) => ({ path })) } });
  expect(log).toHaveBeenCalledExactlyOnceWith(JSON.stringify(body.error));
  const shown = JSON.stringify(body);
  const contents = [...Object.values(environment).filter((value) => value && value.length > 3), ...secretTexts];
  expect(contents.filter((content) => content !== undefined && shown.includes(content))).toEqual([]);
}

test('no secret at all: each is named', async () => {
  const required = ['CLIENT_ID', 'MERCHANT_PRIVATE_KEY', 'ALIPAYHK_PUBLIC_KEY', 'API_TOKEN'];
  await expectMisconfigured(Object.fromEntries(required.map((name) => [name, undefined])), required);
});

test('every other variable malformed: each is named', async () => {
  const malformed = {
    CLIENT_ID: 'two words',
    API_TOKEN: 'short-token',
    CLIENT_CERTIFICATE: 'maybe',
    GATEWAY_URL: 'https://open.alipay.hk/api',
    ENCRYPTION: 'true',
    MERCHANT_TAG: 'a/b',
    KEY_VERSION: 'version 1',
    TIMEOUT_MS: 'soon',
    BACK_OFF_MS: '0',
    UNANSWERED_PAUSE_MS: '-1',
    RATE_PER_SECOND: '1.5',
    IN_FLIGHT: 'none',
    RATE_SHARDS: '1e3',
    POINTS_FIELD: 'the points',
    LEVEL_FIELD: '',
  };
  await expectMisconfigured(malformed, Object.keys(malformed));
});

test.each<[string, Environment]>([
  ['MERCHANT_PRIVATE_KEY', { MERCHANT_PRIVATE_KEY: 'no key at all' }],
  ['MERCHANT_PRIVATE_KEY', { MERCHANT_PRIVATE_KEY: keys.merchant.publicKey }],
  ['ALIPAYHK_PUBLIC_KEY', { ALIPAYHK_PUBLIC_KEY: keys.gateway.privateKey }],
  ['MERCHANT_PRIVATE_KEY_OLD', { MERCHANT_PRIVATE_KEY_OLD: keys.merchant.publicKey }],
  ['ALIPAYHK_PUBLIC_KEY_NEXT', { ALIPAYHK_PUBLIC_KEY_NEXT: 'no key at all' }],
  ['IN_FLIGHT', { IN_FLIGHT: '3', RATE_SHARDS: '4' }],
  ['LEVEL_FIELD', { POINTS_FIELD: 'balance', LEVEL_FIELD: 'balance' }],
  ['POINTS_FIELD', { POINTS_FIELD: 'lastChangePoints' }],
  ['LEVEL_FIELD', { LEVEL_FIELD: 'billNo' }],
  ['LEVEL_FIELD', { LEVEL_FIELD: 'pointsProvider' }],
])('another thing in place of %s: it is named', async (name, environment) => {
  await expectMisconfigured(environment, [name]);
});

test.each([
  ['as they are preset', {}, /^algorithm=RSA256, signature=/, false],
  ['set', { ENCRYPTION: 'on', KEY_VERSION: '1' }, /^algorithm=RSA256, keyVersion=1, signature=/, true],
])('ENCRYPTION and KEY_VERSION, %s', async (_, environment, signature, encrypted) => {
  const headers: Headers[] = [];
  const genuine = await gateway();
  answerWith((request) => {
    headers.push(request.headers);
    return genuine(request);
  });
  const { client } = await readEnvironment({ ...env, ...environment });
  const fixed = { passId: '1', status: 'UPDATE', updateDetailType: 'UPDATE_MEMBER_CARD' } as const;
  expect(await client.updatePass({ ...update, ...fixed })).toMatchObject({ encrypted });
  expect(headers.map((each) => [each.get('Signature'), each.has('Encrypt')])).toEqual([
    [expect.stringMatching(signature), encrypted],
  ]);
});
