import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import keys from '../../../spec/vectors/keys.json' with { type: 'json' };
import { type Environment, startMerchant } from './merchant.ts';
import { gateway, startUpstream } from './upstream.ts';

let upstream: Awaited<ReturnType<typeof startUpstream>>;
let merchant: Awaited<ReturnType<typeof startMerchant>>;

beforeAll(async () => {
  upstream = await startUpstream();
  merchant = await startMerchant();
});

afterAll(async () => {
  await merchant?.close();
  await upstream?.close();
});

/** Keys without line breaks, as they would show up in one line of a log. */
const secretTexts = [keys.merchant.privateKey, keys.gateway.publicKey].map((pem) => pem.split('\n')[5] as string);

/** 500 with the names and nothing of the contents, in the answer and in the log. */
async function expectMisconfigured(environment: Environment, names: string[]) {
  const before = upstream.requests();
  await merchant.configure({ GATEWAY_URL: upstream.url, ...environment });
  const { status, body } = await merchant.update();
  expect({ status, body }).toMatchObject({
    status: 500,
    body: { error: { code: 'ConfigurationInvalid', issues: names.map((path) => ({ path })) } },
  });
  await expect.poll(() => merchant.log().at(-1)).toBe(`error: ${JSON.stringify(body.error)}`);
  const shown = `${JSON.stringify(body)}${merchant.log().at(-1)}`;
  const contents = [
    ...Object.values(environment).filter((value) => value !== undefined && value.length > 3),
    ...secretTexts,
  ];
  expect(contents.filter((content) => content !== undefined && shown.includes(content))).toEqual([]);
  expect(upstream.requests()).toBe(before);
}

const required = ['CLIENT_ID', 'MERCHANT_PRIVATE_KEY', 'ALIPAYHK_PUBLIC_KEY', 'API_TOKEN'];

test('no secret at all: each is named', async () => {
  // wrangler also looks for required secrets among the variables of the shell.
  for (const name of required) vi.stubEnv(name, undefined);
  await expectMisconfigured(Object.fromEntries(required.map((name) => [name, undefined])), required);
  vi.unstubAllEnvs();
});

test('every other variable malformed: each is named', async () => {
  const malformed = {
    CLIENT_ID: 'two words',
    API_TOKEN: 'short-token',
    GATEWAY_URL: 'https://open.alipay.hk/api',
    ENCRYPTION: 'true',
    KEY_VERSION: 'version 1',
    TIMEOUT_MS: 'soon',
  };
  await expectMisconfigured(malformed, Object.keys(malformed));
});

test.each<[string, Environment]>([
  ['MERCHANT_PRIVATE_KEY', { MERCHANT_PRIVATE_KEY: 'no key at all' }],
  ['MERCHANT_PRIVATE_KEY', { MERCHANT_PRIVATE_KEY: keys.merchant.publicKey }],
  ['ALIPAYHK_PUBLIC_KEY', { ALIPAYHK_PUBLIC_KEY: keys.gateway.privateKey }],
])('another thing in place of %s: it is named', async (name, environment) => {
  await expectMisconfigured(environment, [name]);
});

test('ENCRYPTION on and KEY_VERSION set: encrypted both ways, the version in both headers', async () => {
  const versions: (string | null)[] = [];
  const genuine = await gateway({
    handler: (_, { encrypted }) => ({ resultCode: 'SUCCESS', resultStatus: encrypted ? 'S' : 'F' }),
  });
  upstream.answerWith((request) => {
    versions.push(request.headers.get('Signature'));
    return genuine(request);
  });
  await merchant.configure({ GATEWAY_URL: upstream.url, ENCRYPTION: 'on', KEY_VERSION: '1' });
  expect(await merchant.update()).toMatchObject({ status: 200, body: { encrypted: true } });
  expect(versions).toEqual([expect.stringMatching(/^algorithm=RSA256, keyVersion=1, signature=/)]);
});
