/**
 * Replies without a signature, or with a part of one (A11): the 13 cases that Ant's own SDKs have tested since 2026.
 */
import { importPublicKey, type KeyRing, type PublicKey } from '@alipayhk-pass/message-security';
import { keys } from '@alipayhk-pass/spec/vectors';
import { describe, expect, test } from 'vitest';
import { createClient } from '../src/index.ts';
import { clientOptions, replying, success, update } from './fixtures.ts';

const bodyWith = (resultStatus: string) => ({ resultInfo: { ...success, resultStatus, resultCode: 'A_CODE' } });

/** Changes headers in place; a string that it returns is the new body. */
type Change = (headers: Headers, body: string) => unknown;

/** Changes a reply after it was sealed. */
const changedBy = (change: Change) => async (response: Response) => {
  const headers = new Headers(response.headers);
  const body = await response.text();
  const changed = change(headers, body);
  return new Response(typeof changed === 'string' ? changed : body, { headers });
};

/** How an update ends: `{ code: 'S' }`, or the error. */
async function outcome(fetch: (request: Request) => Promise<Response>, publicKey?: KeyRing<PublicKey>) {
  return createClient({ ...clientOptions(fetch), ...(publicKey && { publicKey }) })
    .updatePass(update)
    .then(
      ({ resultInfo }) => ({ code: resultInfo.resultStatus as string }),
      (error) => error,
    );
}

describe('cases 1 to 12', () => {
  const without =
    (...names: string[]): Change =>
    (headers) =>
      names.map((name) => headers.delete(name));
  const emptied =
    (...names: string[]): Change =>
    (headers) =>
      names.map((name) => headers.set(name, ''));
  const both = ['Signature', 'Response-Time'];
  const otherTime: Change = (headers) => {
    const time = headers.get('Response-Time') ?? '';
    const other = time.replace(/\d\+/, ([second]) => `${(Number(second) + 1) % 10}+`);
    headers.set('Response-Time', other);
  };
  const otherBody: Change = (_, body) => body.replace('Success', 'Succesz');
  const statuses = ['S', 'F', 'U'];
  type Case = [what: string, status: string, change: Change, expected: object];
  const forEveryStatus = (what: string, change: Change, expected: object): Case[] =>
    statuses.map((status) => [what, status, change, expected]);
  const unsigned = { code: 'ResponseUnexpected', reason: 'unsigned' };
  const notSigned = (resultStatus: string) => ({ code: 'ResultNotSigned', unverified: { resultStatus } });

  test.each<Case>([
    ['1: neither header', 'S', without(...both), unsigned],
    ['2: neither header', 'F', without(...both), notSigned('F')],
    ['3: neither header', 'U', without(...both), notSigned('U')],
    ['4: both headers empty', 'S', emptied(...both), unsigned],
    ['5: both headers empty', 'F', emptied(...both), notSigned('F')],
    ['6: both headers empty', 'U', emptied(...both), notSigned('U')],
    ...forEveryStatus('7: no Signature', without('Signature'), { code: 'HeaderInvalid', header: 'Signature' }),
    ...forEveryStatus('8: no Response-Time', without('Response-Time'), {
      code: 'HeaderInvalid',
      header: 'Response-Time',
    }),
    ['9: a valid signature', 'S', () => undefined, { code: 'S' }],
    ['10: a valid signature', 'F', () => undefined, { code: 'ResultNotSuccess', resultInfo: { resultStatus: 'F' } }],
    ['10: a valid signature', 'U', () => undefined, { code: 'ResultNotSuccess', resultInfo: { resultStatus: 'U' } }],
    ...forEveryStatus('11: another Response-Time', otherTime, { code: 'SignatureVerificationFailed' }),
    ...forEveryStatus('12: another body', otherBody, { code: 'SignatureVerificationFailed' }),
  ])('%s, %s', async (_, status, change, expected) => {
    expect(await outcome(replying({ body: bodyWith(status), change: changedBy(change) }))).toMatchObject(expected);
  });
});

describe('case 13: a valid signature that names a key version', () => {
  const versions = async () => ({
    one: await importPublicKey(keys.gateway.publicKey, { keyVersion: '1' }),
    two: await importPublicKey(keys.stranger.publicKey, { keyVersion: '2' }),
    three: await importPublicKey(keys.gateway.publicKey, { keyVersion: '3' }),
  });
  const naming = (version: string) =>
    replying({
      change: changedBy((headers) => {
        const signature = headers.get('Signature') ?? '';
        headers.set('Signature', signature.replace(', ', `, keyVersion=${version}, `));
      }),
    });

  test('is accepted when that version is its key', async () => {
    const { one, two } = await versions();
    expect(await outcome(naming('1'), [one, two])).toMatchObject({ code: 'S' });
  });

  test('is SignatureVerificationFailed when that version is another key', async () => {
    const { one, two } = await versions();
    expect(await outcome(naming('2'), [one, two])).toMatchObject({ code: 'SignatureVerificationFailed' });
  });

  test('is HeaderInvalid when that version is not configured', async () => {
    const { two, three } = await versions();
    expect(await outcome(naming('1'), [two, three])).toMatchObject({ code: 'HeaderInvalid', header: 'Signature' });
  });

  test('is accepted without a version when any key matches', async () => {
    const { one, two } = await versions();
    expect(await outcome(replying(), [one, two])).toMatchObject({ code: 'S' });
  });
});

test('ResultNotSigned of an unsigned F has the body and the tracer id', async () => {
  const error = await outcome(async () => Response.json(bodyWith('F'), { headers: { 'Tracer-Id': 'trace-2' } }));
  expect(error).toMatchObject({
    code: 'ResultNotSigned',
    tracerId: 'trace-2',
    message: 'the response is not signed; it says F (A_CODE)',
  });
  expect(await error.response.json()).toEqual(bodyWith('F'));
  expect(error).not.toHaveProperty('resultInfo');
});

test.each(['<html>', '', '[]', '{"resultInfo":{"resultStatus":"F"}}'])(
  'updatePass rejects with ResponseUnexpected for an unsigned %j',
  async (body) => {
    expect(await outcome(async () => new Response(body))).toMatchObject({
      code: 'ResponseUnexpected',
      reason: 'unsigned',
    });
  },
);
