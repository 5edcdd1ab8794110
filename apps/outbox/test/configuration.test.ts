// What is said of secrets and variables that are missing or malformed: their names, and never their contents.
import { createExecutionContext } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { beforeEach, expect, test, vi } from 'vitest';
import keys from '../../../spec/vectors/keys.json' with { type: 'json' };
import { readCallers } from '../src/config/callers.ts';
import { readFieldNames } from '../src/config/field-names.ts';
import { readMerchant } from '../src/config/keys.ts';
import { boundOf, readLimits } from '../src/config/limits.ts';
import worker from '../src/worker.ts';
import { update } from './caller.ts';
import { answerWith, gateway } from './gateway.ts';

const log = vi.spyOn(console, 'error');
beforeEach(() => void log.mockReset().mockReturnValue());

type Environment = Record<string, unknown>;

/** The names of what is wrong, in the order of the issues. */
async function wrongIn(environment: Environment): Promise<string[]> {
  const here = { ...env, ...environment };
  const reads = [readCallers, readLimits, readFieldNames, readMerchant];
  const names: string[] = [];
  for (const read of reads) {
    try {
      await read(here);
    } catch (error) {
      const { code, issues, message } = error as { code: string; issues: { path: string }[]; message: string };
      expect(code).toBe('ConfigurationInvalid');
      for (const value of Object.values(environment)) {
        if (typeof value === 'string' && value.length > 8) expect(message).not.toContain(value);
      }
      names.push(...issues.map(({ path }) => path));
    }
  }
  return names;
}

test('an empty environment names every secret', async () => {
  const required = ['API_TOKEN', 'CLIENT_ID', 'MERCHANT_PRIVATE_KEY', 'ALIPAYHK_PUBLIC_KEY'];
  expect(await wrongIn(Object.fromEntries(required.map((name) => [name, undefined])))).toEqual(required);
});

test('every malformed variable is named', async () => {
  const malformed = {
    API_TOKEN: 'short-token',
    CLIENT_CERTIFICATE: 'maybe',
    SHARDS: '1e3',
    RATE_PER_SECOND: '1.5',
    IN_FLIGHT: 'none',
    TIMEOUT_MS: 'soon',
    BACKOFF_MS: '0',
    UNANSWERED_PAUSE_MS: '-1',
    RUN_SENDS: '',
    STALE_AFTER: 'never',
    COALESCE_BILLS: 'yes',
    ALERT_URL: 'mailto:a@example.com',
  };
  expect(await wrongIn(malformed)).toEqual([...Object.keys(malformed), 'TIMEOUT_MS']);
  const ours = { CLIENT_ID: 'two words', GATEWAY_URL: 'https://open.alipay.hk/api', ENCRYPTION: 'true' };
  expect(await wrongIn({ ...ours, MERCHANT_TAG: 'a/b', KEY_VERSION: 'version 1' })).toEqual([
    ...Object.keys(ours),
    'MERCHANT_TAG',
    'KEY_VERSION',
  ]);
});

test.each<[string, Environment]>([
  ['MERCHANT_PRIVATE_KEY', { MERCHANT_PRIVATE_KEY: 'no key at all' }],
  ['MERCHANT_PRIVATE_KEY', { MERCHANT_PRIVATE_KEY: keys.merchant.publicKey }],
  ['ALIPAYHK_PUBLIC_KEY', { ALIPAYHK_PUBLIC_KEY: keys.gateway.privateKey }],
  ['MERCHANT_PRIVATE_KEY_OLD', { MERCHANT_PRIVATE_KEY_OLD: keys.merchant.publicKey }],
  ['ALIPAYHK_PUBLIC_KEY_NEXT', { ALIPAYHK_PUBLIC_KEY_NEXT: 'no key at all' }],
  ['IN_FLIGHT', { IN_FLIGHT: '3', SHARDS: '4' }],
  ['POINTS_FIELDS.0.name', { POINTS_FIELDS: [{ name: 'lastChangePoints' }] }],
  ['LEVEL_FIELDS.0.name', { LEVEL_FIELDS: [{ name: 'billNo' }] }],
  ['LEVEL_FIELDS.0.form', { LEVEL_FIELDS: [{ name: 'level', form: 'date' }] }],
  ['LEVEL_FIELDS', { LEVEL_FIELDS: [{ name: 'points' }] }],
  ['LEVEL_FIELDS', { LEVEL_FIELDS: [] }],
  ['POINTS_FIELDS', { POINTS_FIELDS: 'points' }],
])('%s is named for %j', async (name, environment) => {
  expect(await wrongIn(environment)).toEqual([name]);
});

test('IN_FLIGHT below SHARDS is refused with both names', () => {
  const read = () => readLimits({ ...env, IN_FLIGHT: '3', SHARDS: '4' });
  expect(read).toThrow('IN_FLIGHT must be at least SHARDS, which is 4: every shard needs one');
});

test('a number where text is expected is refused, and the error says so', () => {
  expect(() => readLimits({ ...env, SHARDS: 16 })).toThrow(
    'SHARDS must be a whole number, 1 to 99999; as text in quotes, received a value',
  );
});

test.each([undefined, 'too-short'])(
  'ALERT_SECRET %j: nothing but the push of alerts stops, and it is named',
  (secret) => {
    const limits = readLimits({ ...env, ALERT_URL: 'https://alerts.test/', ALERT_SECRET: secret });
    expect(limits).toMatchObject({ shards: Number(env.SHARDS), alert: undefined });
    expect(limits.alertFault).toBe('ALERT_SECRET must be 16 or more characters; it signs what is pushed to ALERT_URL');
  },
);

test('one shard never has six requests in flight, and one fewer where alerts are pushed', () => {
  const limits = readLimits({ ...env, SHARDS: '2', IN_FLIGHT: '100', RATE_PER_SECOND: '10' });
  expect(boundOf(limits)).toEqual({ perSecond: 5, inFlight: 5 });
  const alert = { url: 'https://alerts.test/', secret: 'a-secret-of-the-tests' };
  expect(boundOf({ ...limits, alert })).toEqual({ perSecond: 5, inFlight: 4 });
});

test('field names are read from JSON in text', () => {
  const LEVEL_FIELDS = '[{"name":"$level_zh_HK$","part":"zh_HK"},{"name":"$level_en_US$","part":"en_US"}]';
  expect(readFieldNames({ ...env, LEVEL_FIELDS }).level).toEqual([
    { name: '$level_zh_HK$', form: 'text', part: 'zh_HK' },
    { name: '$level_en_US$', form: 'text', part: 'en_US' },
  ]);
});

test('a wrong key stops neither accepting nor reading', async () => {
  const here = { ...env, MERCHANT_PRIVATE_KEY: 'no key at all' };
  const headers = { Authorization: `Bearer ${env.API_TOKEN}`, 'Content-Type': 'application/json' };
  const init = { method: 'PUT', headers, body: JSON.stringify(update) };
  const put = await worker.fetch(new Request('https://merchant.test/passes/K1', init), here, createExecutionContext());
  expect(put.status).toBe(202);
  const read = new Request('https://merchant.test/passes/K1', { headers });
  expect((await worker.fetch(read, here, createExecutionContext())).status).toBe(200);
});

test.each([
  ['as they are preset', {}, /^algorithm=RSA256, signature=/, false],
  [
    'set',
    { ENCRYPTION: 'on', KEY_VERSION: '1', GATEWAY_URL: 'https://gateway.test/' },
    /^algorithm=RSA256, keyVersion=1, signature=/,
    true,
  ],
])('ENCRYPTION and KEY_VERSION, %s, reach the wire', async (_, environment, signature, encrypted) => {
  const headers: Headers[] = [];
  const genuine = await gateway();
  answerWith((request) => {
    headers.push(request.headers);
    return genuine(request);
  });
  const { client } = await readMerchant({ ...env, ...environment });
  const fixed = { passId: '1', status: 'UPDATE', updateDetailType: 'UPDATE_MEMBER_CARD' } as const;
  expect(await client.updatePass({ ...update, ...fixed })).toMatchObject({ encrypted });
  expect(headers.map((each) => [each.get('Signature'), each.has('Encrypt')])).toEqual([
    [expect.stringMatching(signature), encrypted],
  ]);
});
