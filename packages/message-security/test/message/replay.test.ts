import { expect, test } from 'vitest';
import { memoryReplayStore, openRequest, RSA_AES, replayGuard, sealRequest } from '../../src/index.ts';
import { instant, ofGateway, ofMerchant, post, refusalOf } from '../fixture.ts';

test('the same message is refused the second time, and a message signed a second later is not', async () => {
  const options = { ...ofGateway, replayGuard: replayGuard(memoryReplayStore({ now: () => instant })) };
  const sealed = await sealRequest(post(), ofMerchant);
  await openRequest(sealed.clone(), options);
  expect(await refusalOf(openRequest(sealed.clone(), options))).toMatchObject({ code: 'MessageReplayed' });
  await openRequest(await sealRequest(post(), { ...ofMerchant, now: () => instant + 1000 }), options);
});

test('a header written in another form does not make the same message a new one', async () => {
  const options = { ...ofGateway, replayGuard: replayGuard(memoryReplayStore({ now: () => instant })) };
  const sealed = await sealRequest(post(), ofMerchant);
  await openRequest(sealed.clone(), options);
  const headers = new Headers(sealed.headers);
  headers.set('Signature', decodeURIComponent(headers.get('Signature') ?? '').replace('algorithm=RSA256, ', ''));
  expect(await refusalOf(openRequest(new Request(sealed, { headers }), options))).toMatchObject({
    code: 'MessageReplayed',
  });
});

test('a message that does not verify, or is stale, is never remembered', async () => {
  const names: string[] = [];
  const store = { add: (name: string) => names.push(name) > 0 };
  const options = { ...ofGateway, replayGuard: replayGuard(store) };
  const sealed = await sealRequest(post(), ofMerchant);
  await refusalOf(openRequest(new Request(sealed.clone(), { body: '{}' }), options));
  await refusalOf(openRequest(sealed.clone(), { ...options, now: () => instant + 301_000 }));
  expect(names).toEqual([]);
  await openRequest(sealed.clone(), options);
  expect(names).toEqual([expect.stringMatching(/^[0-9a-f]{64}$/)]);
});

test('a message is remembered for as long as its time could be accepted', async () => {
  let clock = instant - 300_000; // the message is as far in the future as it may be
  const now = () => clock;
  const options = { ...ofGateway, now, replayGuard: replayGuard(memoryReplayStore({ now })) };
  const sealed = await sealRequest(post(), ofMerchant);
  await openRequest(sealed.clone(), options);
  clock = instant + 299_999;
  expect(await refusalOf(openRequest(sealed.clone(), options))).toMatchObject({ code: 'MessageReplayed' });
  clock = instant + 300_001;
  expect(await refusalOf(openRequest(sealed.clone(), options))).toMatchObject({ code: 'TimeNotAccepted' });
});

test('the store in memory forgets what has expired', () => {
  let clock = 0;
  const store = memoryReplayStore({ now: () => clock });
  expect([store.add('a', 10), store.add('a', 10), store.add('b', 20)]).toEqual([true, false, true]);
  clock = 10;
  expect([store.add('a', 30), store.add('b', 20)]).toEqual([true, false]);
});

test('a copy that does not decrypt does not use up the message: Encrypt is not signed', async () => {
  const store = memoryReplayStore({ now: () => instant });
  const options = { ...ofGateway, encryption: RSA_AES, replayGuard: replayGuard(store) };
  const sealed = await sealRequest(post(), { ...ofMerchant, encryption: RSA_AES });
  const headers = new Headers(sealed.headers);
  headers.set('Encrypt', `algorithm=RSA_AES, symmetricKey=${encodeURIComponent(btoa('k'.repeat(256)))}`);
  expect(await refusalOf(openRequest(new Request(sealed.clone(), { headers }), options))).toMatchObject({
    code: 'DecryptionFailed',
  });
  await openRequest(sealed, options);
});

test('a store that answers anything but true remembers nothing, so the message is refused', async () => {
  const store = { add: async () => ({ meta: { changes: 0 } }) as never };
  const opening = openRequest(await sealRequest(post(), ofMerchant), { ...ofGateway, replayGuard: replayGuard(store) });
  expect(await refusalOf(opening)).toMatchObject({ code: 'MessageReplayed' });
});
