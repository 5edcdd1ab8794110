// The options of createSandbox, and its log.
import { importPrivateKey } from '@alipayhk-pass/message-security';
import { keys } from '@alipayhk-pass/spec/vectors';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { createSandbox, type SandboxOptions } from '../../src/index.ts';
import { origin, store } from '../parties.ts';

const privateKey = await importPrivateKey(keys.gateway.privateKey);
afterEach(() => void vi.restoreAllMocks());

describe('createSandbox', () => {
  test.each<[change: object, message: string]>([
    [{ store: undefined }, 'store must be what d1Store or openNodeSqlite returns'],
    [{ store: {} }, 'store must be what d1Store or openNodeSqlite returns'],
    [{ privateKey: undefined }, 'privateKey'],
    [{ privateKey: 'text' }, 'privateKey'],
    [{ ledgerRows: 0 }, 'ledgerRows must be a positive whole number'],
    [{ ledgerRows: 1.5 }, 'ledgerRows must be a positive whole number'],
    [{ headerCase: 'upper' }, 'headerCase must be lower or title'],
    [{ variant: '' }, 'variant must be one of aes-ecb-rsa-oaep, '],
    [{ variant: 'toString' }, 'variant must be one of aes-ecb-rsa-oaep, '],
    [{ ledgerRows: '10' }, 'ledgerRows must be a positive whole number'],
  ])('throws TypeError for %o', (change, message) => {
    const options = { store, privateKey, ...change } as SandboxOptions;
    expect(() => createSandbox(options)).toThrow(TypeError);
    expect(() => createSandbox(options)).toThrow(message);
  });

  test('lets nobody use the admin API unless the options say otherwise', async () => {
    const sandbox = createSandbox({ store, privateKey, emit: () => undefined });
    for (const url of [origin, 'http://127.0.0.1:8787']) {
      const headers = { 'Sec-Fetch-Site': 'none', Authorization: 'Bearer undefined' };
      expect((await sandbox(new Request(`${url}/sandbox/passes`, { headers }))).status).toBe(404);
    }
  });

  test('writes events to the console unless the options say otherwise', async () => {
    const warn = vi.spyOn(console, 'warn').mockReturnValue();
    const error = vi.spyOn(console, 'error').mockReturnValue();
    const sandbox = createSandbox({ store, privateKey });
    await sandbox(new Request(`${origin}/other`, { method: 'POST', headers: { 'Client-Id': 'stranger' } }));
    expect(JSON.parse(String(warn.mock.calls[0]?.[0]))).toMatchObject({ event: 'request-refused', stage: 'target' });

    const failing = createSandbox({ store: { run: () => Promise.reject(new Error('no disk')) }, privateKey });
    const response = await failing(new Request(origin, { method: 'POST' }));
    expect([response.status, await response.json()]).toMatchObject([500, { error: { code: 'InternalError' } }]);
    expect(JSON.parse(String(error.mock.calls[0]?.[0]))).toEqual({
      ...{ event: 'request-failed', name: 'Error', message: 'no disk' },
    });
  });
});
