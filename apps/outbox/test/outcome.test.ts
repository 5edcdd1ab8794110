// What becomes of an attempt, from what the real client makes of the real gateway's replies and of their faults.

import { createClient } from '@alipayhk-pass/api';
import type { GatewayOptions } from '@alipayhk-pass/api/gateway';
import { importPrivateKey, importPublicKey } from '@alipayhk-pass/message-security';
import { describe, expect, test } from 'vitest';
import keys from '../../../spec/vectors/keys.json' with { type: 'json' };
import { type Outcome, outcomeOfError, outcomeOfResult } from '../src/pass/outcome.ts';
import { update } from './caller.ts';
import { clientId, gateway } from './gateway.ts';

type Fetch = (request: Request) => Promise<Response>;

const now = Date.UTC(2026, 10, 22);

async function outcomeOf(fetch: Fetch, timeout = 10_000): Promise<Outcome> {
  const client = createClient({
    ...{ clientId, baseUrl: 'https://gateway.test', fetch, timeout },
    privateKey: await importPrivateKey(keys.merchant.privateKey),
    publicKey: await importPublicKey(keys.gateway.publicKey),
  });
  const fixed = { passId: '1', status: 'UPDATE', updateDetailType: 'UPDATE_MEMBER_CARD' } as const;
  return client.updatePass({ ...update, ...fixed }).then(outcomeOfResult, (error) => outcomeOfError(error, now));
}

const saying = (resultInfo: Awaited<ReturnType<GatewayOptions['handler']>>) => gateway({ handler: () => resultInfo });
const http =
  (status: number, headers: HeadersInit = {}): Fetch =>
  async () =>
    new Response('busy', { status, headers });
const traced = { tracerId: expect.stringMatching(/^[0-9a-f]{32}$/) };

describe('the outcome is', () => {
  test.each<[what: string, fetch: Fetch | Promise<Fetch>, outcome: Partial<Outcome>]>([
    ['S', gateway(), { kind: 'delivered', resultCode: 'SUCCESS', ...traced }],
    [
      'F',
      saying({ resultCode: 'PASS_HAS_NOT_EXIST', resultStatus: 'F', resultMessage: 'no pass of Ada' }),
      { kind: 'refused', code: 'ResultNotSuccess', resultCode: 'PASS_HAS_NOT_EXIST', ...traced },
    ],
    ...['INVALID_SIGNATURE', 'INVALID_CLIENT', 'KEY_NOT_FOUND', 'ACCESS_DENIED'].map(
      (resultCode): [string, Promise<Fetch>, Partial<Outcome>] => [
        `F for all passes, ${resultCode}`,
        saying({ resultCode, resultStatus: 'F' }),
        { kind: 'unknown', code: 'ResultNotSuccess', resultCode, ...traced, alert: true, account: true, refused: true },
      ],
    ),
    [
      'F with a code that is no name',
      saying({ resultCode: 'Ada\nLovelace', resultStatus: 'F' }),
      { kind: 'refused', code: 'ResultNotSuccess', resultCode: '?', ...traced },
    ],
    [
      'U',
      saying({ resultCode: 'UNKNOWN_EXCEPTION', resultStatus: 'U' }),
      { kind: 'unknown', code: 'ResultNotSuccess', resultCode: 'UNKNOWN_EXCEPTION', ...traced },
    ],
    [
      'too many requests',
      saying({ resultCode: 'REQUEST_TRAFFIC_EXCEED_LIMIT', resultStatus: 'U' }),
      {
        ...{ kind: 'unknown', code: 'ResultNotSuccess', resultCode: 'REQUEST_TRAFFIC_EXCEED_LIMIT', ...traced },
        congested: true,
      },
    ],
    [
      'an unsigned F',
      gateway({ publicKeyOf: () => undefined }),
      { kind: 'unknown', code: 'ResultNotSigned', resultCode: 'INVALID_CLIENT', ...traced, alert: true, account: true },
    ],
    [
      'an unsigned S',
      async () => Response.json({ resultInfo: { resultCode: 'SUCCESS', resultStatus: 'S' } }),
      { kind: 'unknown', code: 'ResponseUnexpected', alert: true },
    ],
    ['HTTP 503', http(503), { kind: 'unknown', code: 'ResponseUnexpected', resultCode: 'HTTP_503' }],
    [
      'HTTP 429, Retry-After in seconds',
      http(429, { 'Retry-After': '7', 'Tracer-Id': 't' }),
      {
        ...{ kind: 'unknown', code: 'ResponseUnexpected', tracerId: 't', resultCode: 'HTTP_429' },
        ...{ congested: true, retryAfter: 7_000 },
      },
    ],
    [
      'HTTP 503, Retry-After a date',
      http(503, { 'Retry-After': 'Sun, 22 Nov 2026 00:01:00 GMT' }),
      {
        ...{ kind: 'unknown', code: 'ResponseUnexpected', resultCode: 'HTTP_503' },
        retryAfter: 60_000,
      },
    ],
    [
      'HTTP 404, Retry-After that is none',
      http(404, { 'Retry-After': 'soon' }),
      { kind: 'unknown', code: 'ResponseUnexpected', resultCode: 'HTTP_404', alert: true },
    ],
    [
      'HTTP 302',
      http(302, { Location: 'https://elsewhere.test' }),
      { kind: 'unknown', code: 'ResponseUnexpected', resultCode: 'HTTP_302', alert: true },
    ],
    [
      'a reply that was changed',
      async (request) => {
        const response = await (await gateway())(request);
        return new Response(`${await response.text()} `, response);
      },
      { kind: 'unknown', code: 'SignatureVerificationFailed', ...traced, alert: true },
    ],
    [
      "a reply signed with another's key",
      importPrivateKey(keys.stranger.privateKey).then((privateKey) => gateway({ privateKey })),
      { kind: 'unknown', code: 'SignatureVerificationFailed', ...traced, alert: true },
    ],
    [
      'a reply of yesterday',
      gateway({ now: () => Date.now() - 86_400_000 }),
      {
        kind: 'unknown',
        code: 'TimeNotAccepted',
        ...traced,
        alert: true,
        account: true,
        clockAhead: expect.any(Number),
      },
    ],
    [
      'a broken connection',
      () => Promise.reject(new TypeError('connection reset')),
      { kind: 'unknown', code: 'ResponseMissing' },
    ],
  ])('that of %s', async (_, fetch, outcome) => {
    expect(await outcomeOf(await fetch)).toEqual(outcome);
  });

  test('unknown, when no reply arrives in time', async () => {
    const outcome = await outcomeOf(() => scheduler.wait(5_000).then(() => new Response()), 50);
    expect(outcome).toEqual({ kind: 'unknown', code: 'ResponseMissing' });
  });

  test('refused at once, when the update does not fit the contract: no waiting mends it', async () => {
    const client = createClient({
      clientId,
      privateKey: await importPrivateKey(keys.merchant.privateKey),
      publicKey: await importPublicKey(keys.gateway.publicKey),
    });
    const error = await client.updatePass({} as never).catch((reason) => reason);
    expect(outcomeOfError(error, now)).toEqual({ kind: 'refused', code: 'RequestInvalid', alert: true, unsent: true });
  });

  test('unknown, when this Worker is at fault', () => {
    const outcome = { kind: 'unknown', code: 'InternalError', alert: true };
    expect(outcomeOfError(new TypeError('privateKey: expected …'), now)).toEqual(outcome);
  });
});
