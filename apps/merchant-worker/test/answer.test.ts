import { importPrivateKey } from '@alipayhk-pass/message-security';
import type { GatewayOptions } from '@alipayhk-pass/update-pass/gateway';
import { afterAll, beforeAll, expect, test } from 'vitest';
import keys from '../../../spec/vectors/keys.json' with { type: 'json' };
import { startMerchant } from './merchant.ts';
import { gateway, startUpstream } from './upstream.ts';

let upstream: Awaited<ReturnType<typeof startUpstream>>;
let merchant: Awaited<ReturnType<typeof startMerchant>>;

beforeAll(async () => {
  upstream = await startUpstream();
  merchant = await startMerchant({ GATEWAY_URL: upstream.url, TIMEOUT_MS: '300' });
});

afterAll(async () => {
  await merchant?.close();
  await upstream?.close();
});

/** What the caller gets for an update that AlipayHK's end answers in this way; checks the log line that goes with it. */
async function answerTo(handle: Parameters<typeof upstream.answerWith>[0]) {
  upstream.answerWith(handle);
  const lines = merchant.log().length;
  const { status, body } = await merchant.update();
  await expect.poll(() => merchant.log().slice(lines)).toEqual([`error: ${JSON.stringify(body.error)}`]);
  return { status, error: body.error };
}

const saying = (resultInfo: ReturnType<GatewayOptions['handler']>) => gateway({ handler: () => resultInfo });

test('F: 502, refused', async () => {
  const resultInfo = { resultCode: 'PASS_HAS_NOT_EXIST', resultStatus: 'F', resultMessage: 'no such pass' } as const;
  expect(await answerTo(await saying(resultInfo))).toMatchObject({
    status: 502,
    error: { code: 'ResultNotSuccess', outcome: 'refused', resultInfo, tracerId: expect.stringMatching(/^\w{32}$/) },
  });
});

test('U: 502, unknown', async () => {
  const resultInfo = { resultCode: 'UNKNOWN_EXCEPTION', resultStatus: 'U' } as const;
  expect(await answerTo(await saying(resultInfo))).toMatchObject({
    status: 502,
    error: { code: 'ResultNotSuccess', outcome: 'unknown', resultInfo, tracerId: expect.stringMatching(/^\w{32}$/) },
  });
});

test('a gateway that does not know us answers F without a signature: 502, unknown', async () => {
  expect(await answerTo(await gateway({ publicKeyOf: () => undefined }))).toMatchObject({
    status: 502,
    error: { code: 'ResultNotSigned', outcome: 'unknown', tracerId: expect.stringMatching(/^\w{32}$/) },
  });
});

test('an S without a signature: 502, unknown', async () => {
  const unsigned = async () => Response.json({ resultInfo: { resultCode: 'SUCCESS', resultStatus: 'S' } });
  expect(await answerTo(unsigned)).toMatchObject({
    status: 502,
    error: { code: 'ResponseUnexpected', outcome: 'unknown' },
  });
});

test('an HTTP error: 502, unknown', async () => {
  expect(await answerTo(async () => new Response('busy', { status: 503 }))).toMatchObject({
    status: 502,
    error: { code: 'ResponseUnexpected', outcome: 'unknown', message: 'expected HTTP status 200, received 503' },
  });
});

test('a body changed by one byte on its way: 502, unknown', async () => {
  const genuine = await saying({ resultCode: 'PARAM_ILLEGAL', resultStatus: 'F' });
  const tampering = async (request: Request) => {
    const response = await genuine(request);
    return new Response((await response.text()).replace('"F"', '"S"'), response);
  };
  expect(await answerTo(tampering)).toMatchObject({
    status: 502,
    error: { code: 'SignatureVerificationFailed', outcome: 'unknown' },
  });
});

test("an answer signed with another's key: 502, unknown", async () => {
  const stranger = await gateway({ privateKey: await importPrivateKey(keys.stranger.privateKey) });
  expect(await answerTo(stranger)).toMatchObject({ status: 502, error: { code: 'SignatureVerificationFailed' } });
});

test('an answer of yesterday: 502, unknown', async () => {
  const yesterday = await gateway({ now: () => Date.now() - 86_400_000 });
  expect(await answerTo(yesterday)).toMatchObject({
    status: 502,
    error: { code: 'TimeNotAccepted', outcome: 'unknown' },
  });
});

test('no answer in time: 504, unknown', async () => {
  expect(await answerTo(() => new Promise(() => {}))).toMatchObject({
    status: 504,
    error: { code: 'ResponseMissing', outcome: 'unknown', message: 'expected a complete response, within 300 ms' },
  });
});
