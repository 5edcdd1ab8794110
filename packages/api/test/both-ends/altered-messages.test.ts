/** Messages that a proxy or an attacker changed on the way: a request to the gateway, and a reply to the client. */
import { openResponse, RSA_AES } from '@alipayhk-pass/message-security';
import { expect, test } from 'vitest';
import { createClient } from '../../src/index.ts';
import { clientOptions, foreignEncryptHeader, merchant, replying, update, updatePassUrl } from '../fixtures.ts';
import { gatewayWith, sealUpdate } from '../gateway-fixture.ts';

/** Changes headers in place; a string that it returns is the new body. */
type Change = (headers: Headers, body: string) => unknown;

/** A message in parts, changed. */
async function changed(message: Request | Response, change: Change): Promise<{ headers: Headers; body: string }> {
  const headers = new Headers(message.headers);
  const body = await message.text();
  const result = change(headers, body);
  return { headers, body: typeof result === 'string' ? result : body };
}

const signature =
  (change: (text: string) => string): Change =>
  (headers) =>
    headers.set('Signature', change(headers.get('Signature') ?? ''));
const time =
  (text: string): Change =>
  (headers) =>
    headers.set(headers.has('Request-Time') ? 'Request-Time' : 'Response-Time', text);
const header =
  (name: string, value: string): Change =>
  (headers) =>
    headers.set(name, value);

const cases: [what: string, expected: string, change: Change][] = [
  ['two Signature headers', 'HeaderInvalid', (headers) => headers.append('Signature', headers.get('Signature') ?? '')],
  ['a repeated key in Signature', 'HeaderInvalid', signature((text) => `${text}, algorithm=RSA256`)],
  ['an unknown key in Signature', 'S', signature((text) => `nonce=1, ${text}`)],
  ['algorithm=RSA1', 'AlgorithmNotSupported', signature((text) => text.replace('RSA256', 'RSA1'))],
  ['algorithm=RSA', 'AlgorithmNotSupported', signature((text) => text.replace('RSA256', 'RSA'))],
  ['algorithm=none', 'AlgorithmNotSupported', signature((text) => text.replace('RSA256', 'none'))],
  ['base64 that is not percent-encoded', 'S', signature((text) => decodeURIComponent(text))],
  ['base64 without padding', 'S', signature((text) => text.replace(/(%3D)+$/, ''))],
  ['a blank in the base64', 'S', signature((text) => text.replace(/(.{80})$/, ' $1'))],
  ['lower-case percent-encoding', 'S', signature((text) => text.replace(/%../g, (hex) => hex.toLowerCase()))],
  ['a percent sign without digits', 'HeaderInvalid', signature((text) => `${text}%`)],
  ['a time ten minutes ago', 'SignatureVerificationFailed', time(new Date(Date.now() - 600_000).toISOString())],
  ['a time without a zone', 'TimeNotAccepted', time('2024-05-22T06:42:21')],
  ['another Client-Id', 'HeaderInvalid', header('Client-Id', 'SOMEBODY')],
  ['a re-serialised body', 'SignatureVerificationFailed', (_, body) => JSON.stringify(JSON.parse(body), null, 1)],
  ['a byte-order mark before the body', 'SignatureVerificationFailed', (_, body) => `\ufeff${body}`],
  ['CRLF after the body', 'SignatureVerificationFailed', (_, body) => `${body}\r\n`],
  ['an empty body', 'SignatureVerificationFailed', () => ''],
  ['an Encrypt header on a plain body', 'DecryptionFailed', header('Encrypt', foreignEncryptHeader)],
  [
    'algorithm=RSA in an Encrypt header',
    'AlgorithmNotSupported',
    header('Encrypt', foreignEncryptHeader.replace('_AES', '')),
  ],
  ['an empty Encrypt header', 'S', header('Encrypt', '')],
  ['two Encrypt headers', 'HeaderInvalid', header('Encrypt', `${foreignEncryptHeader}, ${foreignEncryptHeader}`)],
];
// A gateway looks up the key of the Client-Id that it receives, and with that key the signature does not verify.
const requestCases = cases.map(([what, expected, change]): (typeof cases)[0] => [
  what,
  what === 'another Client-Id' ? 'SignatureVerificationFailed' : expected,
  change,
]);

/** What the client makes of a changed reply: `S`, or the code of its error. It can decrypt. */
async function replyOutcome(change: Change, encrypted: boolean): Promise<string> {
  const fetch = replying({
    encrypted,
    change: async (response) => {
      const { headers, body } = await changed(response, change);
      return new Response(body, { headers });
    },
  });
  return createClient({ ...clientOptions(fetch), encryption: RSA_AES })
    .updatePass(update)
    .then(
      ({ resultInfo }) => resultInfo.resultStatus,
      (error) => error.code,
    );
}

/** What the gateway makes of a changed request: `S`, or the name of its error. */
async function requestOutcome(change: Change, url = updatePassUrl): Promise<string | undefined> {
  const { fetch, refusals } = gatewayWith({ publicKeyOf: () => merchant.publicKey });
  const init = await changed(await sealUpdate(), change);
  const response = await fetch(new Request(url, { method: 'POST', ...init }));
  const opened = await openResponse(response, { url }, { ...clientOptions(undefined), encryption: RSA_AES }).catch(
    () => undefined,
  );
  const { resultInfo } = (await opened?.response.json()) ?? { resultInfo: { resultStatus: 'not signed' } };
  const [refusal] = refusals;
  expect(resultInfo.resultStatus === 'S').toBe(refusal === undefined);
  return refusal === undefined ? 'S' : (refusal.error as Error).name;
}

test.each(cases)('a reply with %s ends in %s', async (_, expected, change) => {
  expect(await replyOutcome(change, false)).toBe(expected);
});

test.each(requestCases)('a request with %s ends in %s', async (_, expected, change) => {
  expect(await requestOutcome(change)).toBe(expected);
});

test('a request with an added query ends in Refused: it is another path', async () => {
  expect(await requestOutcome(() => undefined, `${updatePassUrl}?debug=1`)).toBe('Refused');
});

test.each<[what: string, expected: string, change: Change]>([
  ['no Encrypt header', 'ResponseInvalid', (headers) => headers.delete('Encrypt')],
  [
    'another byte in its body',
    'SignatureVerificationFailed',
    (_, body) => `${body[0] === 'A' ? 'B' : 'A'}${body.slice(1)}`,
  ],
])('an encrypted reply with %s ends in %s', async (_, expected, change) => {
  expect(await replyOutcome(change, true)).toBe(expected);
});
