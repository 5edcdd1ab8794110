import { DecryptionFailed, HeaderInvalid, type Stage, tracerIdOf } from '@alipayhk-pass/message-security';
import { expect, test, vi } from 'vitest';
import { RequestInvalid } from '../src/errors.ts';
import { emitRefusal, type Refusal, Refused, refusalOf } from '../src/refusals.ts';
import { clientId } from './fixtures.ts';
import { gatewayWith, resultOf, sealUpdate } from './gateway-fixture.ts';

const headerInvalid = new HeaderInvalid('Signature', 'missing Signature header');

test.each<[stage: Stage, error: unknown, resultCode: string, resultStatus: string, status: number]>([
  ['target', new Refused('INVALID_API', 'the path is unknown'), 'INVALID_API', 'F', 404],
  ['client', new Refused('INVALID_CLIENT', 'missing Client-Id header'), 'INVALID_CLIENT', 'F', 401],
  ['headers', headerInvalid, 'INVALID_SIGNATURE', 'F', 401],
  ['headers', new HeaderInvalid('Encrypt', 'missing Encrypt header'), 'PARAM_ILLEGAL', 'F', 400],
  ['decryption', new DecryptionFailed(), 'PARAM_ILLEGAL', 'F', 400],
  ['contract', new RequestInvalid([{ path: 'passId', message: 'is missing' }]), 'PARAM_ILLEGAL', 'F', 400],
  ['decryption', new TypeError('privateKey.unwrapKey returned String; expected bytes'), 'PARAM_ILLEGAL', 'F', 400],
  ['client', new Error('database is gone'), 'UNKNOWN_EXCEPTION', 'U', 500],
  ['client', new DecryptionFailed(), 'UNKNOWN_EXCEPTION', 'U', 500],
  ['handler', headerInvalid, 'UNKNOWN_EXCEPTION', 'U', 500],
  ['sealing', new TypeError('no key'), 'UNKNOWN_EXCEPTION', 'U', 500],
])('refusalOf at the stage %s for %s returns %s', (stage, error, resultCode, resultStatus, status) => {
  const refusal = refusalOf(stage, error);
  expect(refusal).toMatchObject({ resultInfo: { resultCode, resultStatus }, status });
  expect(refusal.resultInfo.resultMessage).not.toContain((error as Error).message);
});

const refusal: Refusal = {
  ...refusalOf('headers', headerInvalid),
  stage: 'headers',
  error: headerInvalid,
  tracerId: 'trace-1',
  clientId,
};

test('emitRefusal calls the hook with the refusal and the context', () => {
  const hook = vi.fn();
  emitRefusal(hook, refusal, 7);
  emitRefusal(undefined, refusal, 7);
  expect(hook).toHaveBeenCalledExactlyOnceWith(refusal, 7);
});

test.each([
  ['throws', () => expect.fail('log is full')],
  ['rejects', () => Promise.reject(new Error('log is full'))],
])('the merchant gets its reply when onRefusal %s', async (_, onRefusal) => {
  const unhandled = vi.fn();
  process.once('unhandledRejection', unhandled);
  const sealed = await sealUpdate({ body: '{}' });
  const response = await gatewayWith({ onRefusal }).fetch(sealed.clone());
  expect(await resultOf(response, sealed)).toMatchObject({ resultCode: 'PARAM_ILLEGAL' });
  await new Promise((resolve) => setTimeout(resolve, 20));
  process.off('unhandledRejection', unhandled);
  expect(unhandled).not.toHaveBeenCalled();
});

test('a refusal has the tracer id of the reply, and at most 64 characters of the Client-Id', async () => {
  const { fetch, refusals } = gatewayWith();
  const response = await fetch(await sealUpdate({}, { clientId: 'c'.repeat(100) }));
  expect(refusals).toMatchObject([{ tracerId: tracerIdOf(response), clientId: 'c'.repeat(64) }]);
});
