// Several Client-Ids with several key versions, set while the Worker runs.
import { env } from 'cloudflare:workers';
import { createClient } from '@alipayhk-pass/api';
import { importPrivateKey } from '@alipayhk-pass/message-security';
import { beforeEach, expect, test, vi } from 'vitest';
import { answerOf, freshPass, gateway, optionsOf, origin, stored, updateOf } from './parties.ts';

beforeEach(() => void vi.spyOn(console, 'warn').mockReturnValue());

const [first, second] = [env.TEST_MERCHANT_PUBLIC_KEYS['merchant-1'], env.TEST_MERCHANT_PUBLIC_KEYS['merchant-2']];
const setKeys = (clientId: string, keys: { keyVersion?: string; publicKey: string }[]) =>
  answerOf('PUT', `/merchants/${clientId}`, JSON.stringify({ keys }));

/** What comes of an update of this client, signed with this merchant's key. */
async function send(clientId: string, signer: 'merchant-1' | 'merchant-2', keyVersion?: string): Promise<string> {
  const pass = await freshPass({ clientId });
  const privateKey = await importPrivateKey(env.TEST_MERCHANT_PRIVATE_KEYS[signer], { keyVersion });
  const options = { ...(await optionsOf('merchant-1')), clientId, privateKey, encryption: undefined };
  const outcome = await createClient({ ...options, baseUrl: origin, fetch: gateway })
    .updatePass(updateOf(pass))
    .then(
      ({ resultInfo }) => resultInfo.resultCode,
      (error) => error.resultInfo?.resultCode ?? error.code,
    );
  expect((await stored(pass)).revision).toBe(outcome === 'SUCCESS' ? 1 : 0);
  return outcome;
}

test('a rotation: the old key, both, the new one', async () => {
  await setKeys('rotating', [{ keyVersion: '1', publicKey: first }]);
  expect(await send('rotating', 'merchant-1', '1')).toBe('SUCCESS');
  expect(await send('rotating', 'merchant-2', '2')).toBe('INVALID_SIGNATURE');

  await setKeys('rotating', [
    { keyVersion: '1', publicKey: first },
    { keyVersion: '2', publicKey: second },
  ]);
  expect(await send('rotating', 'merchant-1', '1')).toBe('SUCCESS');
  expect(await send('rotating', 'merchant-2', '2')).toBe('SUCCESS');
  expect(await send('rotating', 'merchant-1')).toBe('SUCCESS'); // no version asks for no particular one (A8)
  expect(await send('rotating', 'merchant-1', '2')).toBe('INVALID_SIGNATURE');

  await setKeys('rotating', [{ keyVersion: '2', publicKey: second }]);
  expect(await send('rotating', 'merchant-2', '2')).toBe('SUCCESS');
  expect(await send('rotating', 'merchant-1', '1')).toBe('INVALID_SIGNATURE');
});

test('a key without a version stands for every version (A8)', async () => {
  await setKeys('plain', [{ publicKey: first }]);
  expect(await send('plain', 'merchant-1', '7')).toBe('SUCCESS');
  expect(await send('plain', 'merchant-1')).toBe('SUCCESS');
});

test('one client’s key is not another’s', async () => {
  await setKeys('one', [{ publicKey: first }]);
  await setKeys('other', [{ publicKey: second }]);
  expect(await send('one', 'merchant-1')).toBe('SUCCESS');
  expect(await send('other', 'merchant-2')).toBe('SUCCESS');
  expect(await send('other', 'merchant-1')).toBe('INVALID_SIGNATURE');
});

test('a public key is imported once, by its text', async () => {
  const importKey = vi.spyOn(crypto.subtle, 'importKey');
  await setKeys('cached', [{ publicKey: `${first}\n` }]);
  const imports = async (): Promise<number> => {
    importKey.mockClear();
    await gateway(
      new Request(`${origin}/api/open/alipay/v1/ipass/pass/manage/updatePass`, { headers: { 'Client-Id': 'cached' } }),
    );
    return importKey.mock.calls.length;
  };
  expect(await imports()).toBe(1);
  expect(await imports()).toBe(0);
});
