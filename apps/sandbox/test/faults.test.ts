// Every fault of the catalog over HTTP, against the real client: each ends in a documented error, with its tracer id.
import type { UpdatePassError } from '@alipayhk-pass/api';
import { describe, expect, inject, test } from 'vitest';
import { admin, clientOf, freshPass, stored, updateOf } from './running.ts';

interface Outcome {
  /** Of the error that `updatePass` rejects with, or S. */
  code: UpdatePassError['code'] | 'S';
  /** The same, where the request was not encrypted. */
  plain?: UpdatePassError['code'] | 'S';
  applied: boolean;
  /** Whether the client gets the tracer id. */
  traced: boolean;
  /** What else the error says. */
  says?: object;
}

const F = (resultCode: string) => ({ resultInfo: { resultCode, resultStatus: 'F' } });
const U = (resultCode: string) => ({ resultInfo: { resultCode, resultStatus: 'U' } });
const refused = { code: 'ResultNotSuccess', applied: false, traced: true } as const;
const http = { code: 'ResponseUnexpected', applied: false, traced: false } as const;

const outcomes: Record<string, Outcome> = {
  delay: { code: 'S', applied: true, traced: true },
  hang: { code: 'ResponseMissing', applied: false, traced: false },
  reset: { code: 'ResponseMissing', applied: true, traced: true },
  'truncated-body': { code: 'ResponseMissing', applied: true, traced: true },
  'gzip-lie': { code: 'ResponseMissing', applied: true, traced: true },
  'http-302': { ...http, says: { reason: 'status', response: { status: 302 } } },
  'http-429': { ...http, says: { reason: 'status', response: { status: 429 } } },
  'http-500': { ...http, says: { reason: 'status', response: { status: 500 } } },
  'http-502': { ...http, says: { reason: 'status', response: { status: 502 } } },
  UNKNOWN_EXCEPTION: { ...refused, says: U('UNKNOWN_EXCEPTION') },
  SYSTEM_ERROR: { ...refused, says: U('SYSTEM_ERROR') },
  REQUEST_TRAFFIC_EXCEED_LIMIT: { ...refused, says: U('REQUEST_TRAFFIC_EXCEED_LIMIT') },
  PARAM_ILLEGAL: { ...refused, says: F('PARAM_ILLEGAL') },
  USER_NOT_EXSITS: { ...refused, says: F('USER_NOT_EXSITS') },
  PASS_HAS_NOT_EXIST: { ...refused, says: F('PASS_HAS_NOT_EXIST') },
  PASS_TEMPLATE_HAS_NOT_EXIT: { ...refused, says: F('PASS_TEMPLATE_HAS_NOT_EXIT') },
  PASS_TYPE_NOT_MATCH: { ...refused, says: F('PASS_TYPE_NOT_MATCH') },
  PASS_PRODUCT_TYPE_NOT_MATCH: { ...refused, says: F('PASS_PRODUCT_TYPE_NOT_MATCH') },
  PASS_IS_NULL: { ...refused, says: F('PASS_IS_NULL') },
  PASS_USED_OCCUPIED: { ...refused, says: F('PASS_USED_OCCUPIED') },
  PASS_UPDATE_FAIL: { ...refused, says: F('PASS_UPDATE_FAIL') },
  'unsigned-F': { code: 'ResultNotSigned', applied: false, traced: true, says: { unverified: { resultStatus: 'F' } } },
  'unsigned-S': { code: 'ResponseUnexpected', applied: true, traced: true, says: { reason: 'unsigned' } },
  'signed-by-another-key': { code: 'SignatureVerificationFailed', applied: true, traced: true },
  'tampered-body': { code: 'SignatureVerificationFailed', applied: true, traced: true },
  'response-time-ahead': { code: 'TimeNotAccepted', applied: true, traced: true },
  'response-time-behind': { code: 'TimeNotAccepted', applied: true, traced: true },
  'response-time-missing': { code: 'HeaderInvalid', applied: true, traced: true, says: { header: 'Response-Time' } },
  'signature-missing': { code: 'HeaderInvalid', applied: true, traced: true, says: { header: 'Signature' } },
  'signature-repeated': { code: 'HeaderInvalid', applied: true, traced: true, says: { header: 'Signature' } },
  'result-for-resultInfo': { code: 'S', applied: true, traced: true },
  'plain-reply': { code: 'S', applied: true, traced: true },
  'encrypted-with-another-key': {
    ...{ code: 'DecryptionFailed', plain: 'AlgorithmNotSupported', applied: true, traced: true },
  },
  'applied-but-unknown': { code: 'ResultNotSuccess', applied: true, traced: true, says: U('UNKNOWN_EXCEPTION') },
};

const sandbox = inject('sandbox');

test('the table above names every fault of the catalog, and whether the update takes effect', async () => {
  const { catalog } = await admin(sandbox).listFaults();
  const others = catalog.filter(({ name }) => name !== 'chaos');
  expect(others.length).toBe(catalog.length - 1);
  expect(Object.fromEntries(others.map(({ name, applies }) => [name, applies]))).toEqual(
    Object.fromEntries(Object.entries(outcomes).map(([name, { applied }]) => [name, applied])),
  );
});

describe.each([true, false])('a request (encrypted: %j) that takes the fault', (encrypted) => {
  test.each(Object.entries(outcomes))('%s', { timeout: 20_000 }, async (name, outcome) => {
    const pass = await freshPass(sandbox);
    const { passId } = pass;
    const extra = name === 'delay' ? { delayMs: 300 } : {};
    const added = await admin(sandbox).addFault({ name, passId, times: 1, ...extra });
    expect(added).toMatchObject({ name, passId, times: 1, remaining: 1 });
    // Longer than any reply takes on a busy machine: only `hang` waits for it.
    const client = await clientOf(sandbox, encrypted, name === 'hang' ? 1000 : 15_000);

    const ended = await client.updatePass(updateOf(pass, { points: 7 })).then(
      ({ tracerId, encrypted: wasEncrypted }) => ({ code: 'S', tracerId, wasEncrypted }),
      (error: UpdatePassError) => error,
    );

    const { applied, traced, says = {} } = outcome;
    expect(ended.code).toBe((encrypted ? undefined : outcome.plain) ?? outcome.code);
    expect(ended).toMatchObject(says);
    if (name === 'plain-reply') expect(ended).toMatchObject({ wasEncrypted: false });
    const { entries } = await admin(sandbox).listEntries({ passId });
    expect(entries).toMatchObject([{ passId, fault: name, applied, revision: applied ? 1 : null, encrypted }]);
    expect(await stored(sandbox, pass)).toMatchObject({
      ...{ revision: applied ? 1 : 0, dataInfo: applied ? { points: 7 } : null },
    });
    const [{ tracerId } = { tracerId: null }] = entries;
    expect(tracerId).toMatch(/^[0-9a-f]{32}$/);
    expect('tracerId' in ended ? ended.tracerId : undefined).toBe(traced ? tracerId : undefined);

    // It was for one request: the next one is accepted, and no fault is active any more.
    await (await clientOf(sandbox, encrypted)).updatePass(updateOf(pass));
    expect((await stored(sandbox, pass)).revision).toBe(applied ? 2 : 1);
    expect((await admin(sandbox).listFaults()).active).toEqual([]);
  });
});
