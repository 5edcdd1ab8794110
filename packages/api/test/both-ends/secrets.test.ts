/** Nothing that either end throws, hands to a hook or shows when printed holds a key, a member's data or a signature. */
import { inspect } from 'node:util';
import { RSA_AES, sealRequest } from '@alipayhk-pass/message-security';
import { keys } from '@alipayhk-pass/spec/vectors';
import { expect, test } from 'vitest';
import { createGateway, type Refusal } from '../../src/gateway.ts';
import { createClient } from '../../src/index.ts';
import {
  clientId,
  clientOptions,
  gateway,
  merchant,
  replying,
  stranger,
  success,
  update,
  updatePassUrl,
} from '../fixtures.ts';

const secret = 'NAME-OF-A-MEMBER-陳大文';
const card = { ...update, passId: secret, userId: secret, dataInfo: { holder: secret, [secret]: 1 } };

/** Parts of the secrets: of the member's name, and of each private key any twelve bytes, in every usual notation. */
const secretParts = [secret.slice(0, 12), secret.slice(-3)];
for (const { privateKey } of [keys.merchant, keys.gateway]) {
  const der = Buffer.from(privateKey.replace(/-----[^-]+-----|\s/g, ''), 'base64').subarray(26);
  for (let at = 0; at + 12 <= der.length; at += 12) {
    const part = der.subarray(at, at + 12);
    secretParts.push(part.toString('base64'), part.toString('hex'), [...part].join(', '));
  }
}

function expectNoSecretIn(value: unknown, more: string[] = []): void {
  const shown = [inspect(value, { depth: null }), JSON.stringify(value), String((value as Error).stack)].join('\n');
  for (const part of [...secretParts, ...more]) expect(shown.includes(part), shown.slice(0, 200)).toBe(false);
}

test('onRefusal of a gateway gets no key, no member data and no signature', async () => {
  const refusals: Refusal[] = [];
  const fetch = createGateway({
    publicKeyOf: (id) => (id === clientId ? merchant.publicKey : undefined),
    privateKey: gateway.privateKey,
    handler: () => success,
    maxBodyBytes: 5000,
    onRefusal: (refusal) => refusals.push(refusal),
  });
  const parties = { clientId, privateKey: merchant.privateKey, publicKey: gateway.publicKey };
  const post = (body: unknown) => new Request(updatePassUrl, { method: 'POST', body: JSON.stringify(body) });
  const encrypted = await sealRequest(post(card), { ...parties, encryption: RSA_AES });
  const sent = [
    await sealRequest(post({ ...card, status: secret }), parties),
    await sealRequest(post({ ...card, dataInfo: [secret] }), parties),
    await sealRequest(post(secret), { ...parties, encryption: RSA_AES }),
    await sealRequest(post(card), { ...parties, now: () => 0 }),
    await sealRequest(post({ ...card, filler: secret.repeat(500) }), parties),
    await sealRequest(post(card), { ...parties, clientId: 'OTHER' }),
    await sealRequest(post(card), { ...parties, privateKey: stranger.privateKey }),
    new Request(encrypted, { body: `${await encrypted.clone().text()}AAAA` }),
  ];
  const signatures = sent.map((request) => request.headers.get('Signature')?.slice(-60) as string);
  for (const request of sent) await fetch(request);
  expect(refusals.map(({ error }) => (error as Error).name)).toEqual([
    'RequestInvalid',
    'RequestInvalid',
    'RequestInvalid',
    'TimeNotAccepted',
    'BodyTooLarge',
    'Refused',
    'SignatureVerificationFailed',
    'SignatureVerificationFailed',
  ]);
  for (const refusal of refusals) {
    expectNoSecretIn(refusal, signatures);
    expectNoSecretIn(refusal.error, signatures);
  }
  expectNoSecretIn(fetch);
});

test('onRefusal gets no value of a result that does not fit the contract', async () => {
  const refusals: Refusal[] = [];
  const fetch = createGateway({
    publicKeyOf: () => merchant.publicKey,
    privateKey: gateway.privateKey,
    handler: () => ({ ...success, resultStatus: secret as 'S', resultMessage: secret, [secret]: secret }),
    onRefusal: (refusal) => refusals.push(refusal),
  });
  const request = new Request(updatePassUrl, { method: 'POST', body: JSON.stringify(card) });
  await fetch(await sealRequest(request, { clientId, privateKey: merchant.privateKey }));
  expect(refusals[0]?.error).toEqual(
    new TypeError(
      'the result of the handler does not fit the contract: resultInfo.resultStatus must be "S", "F" or "U"',
    ),
  );
  expectNoSecretIn(refusals[0]);
});

test('no error of a client holds a key, member data or a signature', async () => {
  const signatures: string[] = [];
  const recordingSignatures = (fetch: (request: Request) => Promise<Response>) => async (request: Request) => {
    const response = await fetch(request);
    for (const { headers } of [request, response])
      signatures.push(...(headers.get('Signature')?.match(/.{60}$/) ?? []));
    return response;
  };
  const body = { resultInfo: { resultCode: 'SUCCESS', resultStatus: secret }, [secret]: 1 };
  const unsigned = (response: Response) => new Response(response.body, { headers: {} });
  const codes: string[] = [];
  for (const [fetch, sent] of [
    [replying(), { ...card, status: secret }],
    [replying({ body }), card],
    [replying({ body: secret }), card],
    [replying({ body, encrypted: true, signedBy: stranger.privateKey }), card],
    [replying({ body, now: 0 }), card],
    [replying({ body, change: unsigned }), card],
    [() => Promise.reject(new Error('connection lost')), card],
  ] as const) {
    const client = createClient({ ...clientOptions(recordingSignatures(fetch)), encryption: RSA_AES });
    expectNoSecretIn(client);
    const error = await client.updatePass(sent as typeof card).catch((reason) => reason);
    codes.push(error.code);
    expectNoSecretIn(error, signatures);
  }
  expect(codes).toEqual([
    'RequestInvalid',
    'ResponseInvalid',
    'DecryptionFailed',
    'SignatureVerificationFailed',
    'TimeNotAccepted',
    'ResponseUnexpected',
    'ResponseMissing',
  ]);
});
