// The client of the admin API, against the real one.
import { describe, expect, test } from 'vitest';
import { createSandboxClient, SandboxError } from '../../src/client.ts';
import { admin, freshPass, gatewayPublicKey, merchant, origin, sandbox, token, updateOf } from '../parties.ts';

/** The requests that a client sends, with the token of the sandbox. */
function recorded(options: { token?: string | (() => string | undefined) } = { token }) {
  const requests: Request[] = [];
  const client = createSandboxClient(`${origin}/`, {
    ...options,
    fetch(url, init) {
      const request = new Request(url, init);
      requests.push(request);
      return sandbox(request);
    },
  });
  return { client, requests };
}

describe('createSandboxClient', () => {
  test('sends the token, and that no page asks', async () => {
    const { client, requests } = recorded();
    await client.listFaults();
    const [request] = requests;
    expect(request?.url).toBe(`${origin}/sandbox/faults`);
    expect(request?.headers.get('Authorization')).toBe(`Bearer ${token}`);
    expect(request?.headers.get('Sec-Fetch-Site')).toBe('none');
  });

  test('asks a function for the token at each request', async () => {
    let current: string | undefined;
    const { client } = recorded({ token: () => current });
    await expect(client.listFaults()).rejects.toMatchObject({ status: 401, code: 'Unauthorized' });
    current = token;
    await client.listFaults();
  });

  test('rejects with SandboxError, its code and its issues', async () => {
    const error = await admin
      .createPass({ passId: '', clientId: 'c', merchantId: 'M', userId: 'U' })
      .catch((thrown) => thrown);
    expect(error).toBeInstanceOf(SandboxError);
    expect(error).toMatchObject({
      ...{ status: 422, code: 'RequestInvalid', message: 'passId is empty' },
      issues: [{ path: 'passId', message: 'is empty' }],
    });
  });

  test('rejects with SandboxError if something else replies', async () => {
    const fetch = async () => new Response('<h1>Bad Gateway</h1>', { status: 502 });
    const { readReady } = createSandboxClient(origin, { fetch });
    const message = 'the sandbox replied HTTP 502 without an error of its own';
    await expect(readReady()).rejects.toMatchObject({ name: 'SandboxError', status: 502, code: undefined, message });
  });

  test('rejects with a TimeoutError if there is no response in time', async () => {
    const fetch = (_: string, { signal }: RequestInit) =>
      new Promise<Response>((_, reject) => signal?.addEventListener('abort', () => reject(signal.reason)));
    const { readReady } = createSandboxClient(origin, { fetch, timeout: 10 });
    await expect(readReady()).rejects.toMatchObject({ name: 'TimeoutError' });
  });

  test('encodes what goes into a path', async () => {
    const passId = 'a/b?c#d %2e ü $&';
    await admin.createPass({ passId, clientId: 'merchant-1', merchantId: 'M1', userId: 'U1' });
    expect(await admin.readPass(passId)).toMatchObject({ passId, revision: 0 });
    expect(await admin.resetPass(passId)).toMatchObject({ passId });
  });

  test('reads every page of passes and of the ledger', async () => {
    const passIds = Array.from({ length: 203 }, (_, at) => `many-${String(at).padStart(3, '0')}`);
    for (const passId of passIds) await freshPass({ passId, clientId: 'many' });
    expect((await admin.allPasses({ clientId: 'many' })).map(({ passId }) => passId)).toEqual(passIds);
    expect(await admin.allPasses({ clientId: 'nobody' })).toEqual([]);

    const pass = await freshPass();
    const client = await merchant('merchant-1', false);
    for (let count = 0; count < 7; count++) await client.updatePass(updateOf(pass));
    const entries = await admin.allEntries({ passId: pass.passId, limit: 3 });
    expect(entries.map(({ revision }) => revision)).toEqual([1, 2, 3, 4, 5, 6, 7]);
    expect(await admin.allEntries({ passId: pass.passId, after: entries[4]?.id ?? 0 })).toEqual(entries.slice(5));
  });

  test('sets up a merchant, a template and a fault', async () => {
    const own = { clientId: 'own', keys: [{ keyVersion: '1', publicKey: gatewayPublicKey }] };
    expect(await admin.setMerchant(own)).toEqual(own);
    expect((await admin.listMerchants()).merchants).toContainEqual(own);
    const template = { templateCode: 'T-own', merchantId: 'M1', name: 'Own' };
    expect(await admin.createTemplate(template)).toEqual(template);
    expect((await admin.listTemplates()).templates).toContainEqual(template);
    const fault = await admin.addFault({ name: 'delay', clientId: 'own', times: 1, delayMs: 5 });
    expect((await admin.listFaults()).active).toEqual([fault]);
    expect(await admin.removeFaults()).toEqual({ deleted: 1 });
  });
});

test('types: a fault has its own fields and no others', () => {
  // @ts-expect-error a fault needs a name
  void (() => admin.addFault({ times: 1 }));
  // @ts-expect-error no such field
  void (() => admin.createPass({ passId: 'P', clientId: 'c', merchantId: 'M', userId: 'U', points: 1 }));
});
