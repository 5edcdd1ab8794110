// Several Client-Ids with several key versions, set while the sandbox runs.
import { createClient } from '@alipayhk-pass/api';
import { importPrivateKey } from '@alipayhk-pass/message-security';
import { expect, test, vi } from 'vitest';
import {
  ask,
  type ClientId,
  freshPass,
  merchantKeys,
  optionsOf,
  origin,
  sandbox,
  stored,
  updateOf,
  updatePassUrl,
} from '../parties.ts';

const [first, second] = [merchantKeys['merchant-1'].publicKey, merchantKeys['merchant-2'].publicKey];
const setKeys = (clientId: string, keys: { keyVersion?: string; publicKey: string }[]) =>
  ask('PUT', `/merchants/${clientId}`, JSON.stringify({ keys }));

/** The result of an update of this client that is signed with this merchant's key. */
async function send(clientId: string, signer: ClientId, keyVersion?: string): Promise<string> {
  const pass = await freshPass({ clientId });
  const privateKey = await importPrivateKey(merchantKeys[signer].privateKey, { keyVersion });
  const options = { ...(await optionsOf('merchant-1')), clientId, privateKey, encryption: undefined };
  const outcome = await createClient({ ...options, baseUrl: origin, fetch: sandbox })
    .updatePass(updateOf(pass))
    .then(
      ({ resultInfo }) => resultInfo.resultCode,
      (error) => error.resultInfo?.resultCode ?? error.code,
    );
  expect((await stored(pass)).revision).toBe(outcome === 'SUCCESS' ? 1 : 0);
  return outcome;
}

test('a rotation accepts the old key, then both, then the new one', async () => {
  await setKeys('rotating', [{ keyVersion: '1', publicKey: first }]);
  expect(await send('rotating', 'merchant-1', '1')).toBe('SUCCESS');
  expect(await send('rotating', 'merchant-2', '2')).toBe('INVALID_SIGNATURE');

  await setKeys('rotating', [
    { keyVersion: '1', publicKey: first },
    { keyVersion: '2', publicKey: second },
  ]);
  expect(await send('rotating', 'merchant-1', '1')).toBe('SUCCESS');
  expect(await send('rotating', 'merchant-2', '2')).toBe('SUCCESS');
  expect(await send('rotating', 'merchant-1')).toBe('SUCCESS'); // no version means any (A8)
  expect(await send('rotating', 'merchant-1', '2')).toBe('INVALID_SIGNATURE');

  await setKeys('rotating', [{ keyVersion: '2', publicKey: second }]);
  expect(await send('rotating', 'merchant-2', '2')).toBe('SUCCESS');
  expect(await send('rotating', 'merchant-1', '1')).toBe('INVALID_SIGNATURE');
});

test('a key without a version is accepted for every version (A8)', async () => {
  await setKeys('plain', [{ publicKey: first }]);
  expect(await send('plain', 'merchant-1', '7')).toBe('SUCCESS');
  expect(await send('plain', 'merchant-1')).toBe('SUCCESS');
});

test('the key of one client is refused for another', async () => {
  await setKeys('one', [{ publicKey: first }]);
  await setKeys('other', [{ publicKey: second }]);
  expect(await send('one', 'merchant-1')).toBe('SUCCESS');
  expect(await send('other', 'merchant-2')).toBe('SUCCESS');
  expect(await send('other', 'merchant-1')).toBe('INVALID_SIGNATURE');
});

test('a public key that is used twice is imported once', async () => {
  const importKey = vi.spyOn(crypto.subtle, 'importKey');
  await setKeys('cached', [{ publicKey: `${first}\n` }]);
  const imports = async (): Promise<number> => {
    importKey.mockClear();
    await sandbox(new Request(updatePassUrl, { method: 'POST', headers: { 'Client-Id': 'cached' } }));
    return importKey.mock.calls.length;
  };
  expect(await imports()).toBe(1);
  expect(await imports()).toBe(0);
});
