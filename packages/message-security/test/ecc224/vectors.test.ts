/** The vectors of spec/vectors/ecc224, which OpenSSL signed, opened by the whole way that a message takes. */
import { verify } from 'node:crypto';
import { keys, vectors } from '@alipayhk-pass/spec/vectors/ecc224';
import { expect, test } from 'vitest';
import { importEcc224PublicKey } from '../../src/ecc224.ts';
import { type OpenOptions, openRequest, openResponse } from '../../src/index.ts';
import { refusalOf } from '../fixture.ts';

const origin = 'https://open.alipay.hk';
const now = (): number => Date.parse('2024-05-22T01:12:21Z');
const clientId = '4Q5Y8W0WSG45P907917';

test.each(Object.entries(vectors))('%s', async (name, vector) => {
  const { direction, digest, encoding, headers, body, method, httpUri, expect: outcome } = vector;
  const sender = direction === 'request' ? 'merchant' : 'gateway';
  const publicKey = await importEcc224PublicKey(keys[sender].publicKey, { keyVersion: '1', digest, encoding });
  const options: OpenOptions = { clientId, now, publicKey };
  const url = origin + httpUri;
  const open = async (): Promise<string> => {
    if (direction === 'response') {
      const { response } = await openResponse(new Response(body, { headers }), { url }, options);
      return response.text();
    }
    const { request } = await openRequest(new Request(url, { method, headers, body }), options);
    return request.text();
  };
  if (outcome === 'accepted') expect(await open()).toBe(body);
  else expect(await refusalOf(open)).toMatchObject({ code: outcome.code });

  // The vector itself: its signature is the signer's, also where the header carries something else.
  const signedOver = name.includes('-other-digest-') ? name.slice(-6) : digest;
  const { contentToBeSigned, signature, signer } = vector;
  const signed = [Buffer.from(contentToBeSigned as string), Buffer.from(signature as string, 'base64')] as const;
  const key = keys[signer as 'merchant'].publicKey;
  expect(verify(signedOver.replace('-', ''), signed[0], key, signed[1])).toBe(true);
});
