import { expect, test } from 'vitest';
import {
  memoryReplayStore,
  openRequest,
  openResponse,
  RSA_AES,
  replayGuard,
  sealRequest,
  sealResponse,
} from '../../src/index.ts';
import { httpUri, instant, ofGateway, ofMerchant, post, refusalOf, url } from '../fixture.ts';

test('openRequest throws MessageReplayed for the same message, and accepts one signed a second later', async () => {
  const options = { ...ofGateway, replayGuard: replayGuard(memoryReplayStore({ now: () => instant })) };
  const sealed = await sealRequest(post(), ofMerchant);
  await openRequest(sealed.clone(), options);
  expect(await refusalOf(openRequest(sealed.clone(), options))).toMatchObject({ code: 'MessageReplayed' });
  await openRequest(await sealRequest(post(), { ...ofMerchant, now: () => instant + 1000 }), options);
});

test('openRequest throws MessageReplayed for the same message with its Signature in another form', async () => {
  const options = { ...ofGateway, replayGuard: replayGuard(memoryReplayStore({ now: () => instant })) };
  const sealed = await sealRequest(post(), ofMerchant);
  await openRequest(sealed.clone(), options);
  const headers = new Headers(sealed.headers);
  headers.set('Signature', decodeURIComponent(headers.get('Signature') ?? '').replace('algorithm=RSA256, ', ''));
  expect(await refusalOf(openRequest(new Request(sealed, { headers }), options))).toMatchObject({
    code: 'MessageReplayed',
  });
});

test('openRequest does not call replayGuard for a message that does not verify or is stale', async () => {
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

test('replayGuard remembers a message for as long as its time is accepted', async () => {
  let clock = instant - 300_000; // the message is 300 s in the future, the most that is accepted
  const now = () => clock;
  const options = { ...ofGateway, now, replayGuard: replayGuard(memoryReplayStore({ now })) };
  const sealed = await sealRequest(post(), ofMerchant);
  await openRequest(sealed.clone(), options);
  clock = instant + 300_000;
  expect(await refusalOf(openRequest(sealed.clone(), options))).toMatchObject({ code: 'MessageReplayed' });
  clock = instant + 300_001;
  expect(await refusalOf(openRequest(sealed.clone(), options))).toMatchObject({ code: 'TimeNotAccepted' });
});

test('memoryReplayStore keeps a name until its time has passed', () => {
  let clock = 0;
  const store = memoryReplayStore({ now: () => clock });
  expect([store.add('a', 10), store.add('a', 10), store.add('b', 20)]).toEqual([true, false, true]);
  clock = 10;
  expect([store.add('a', 30), store.add('b', 20)]).toEqual([false, false]);
  clock = 11;
  expect([store.add('a', 30), store.add('b', 20)]).toEqual([true, false]);
});

test('openRequest accepts a message after a copy with another Encrypt header was refused', async () => {
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

test('openRequest accepts a message after a copy without its Encrypt header', async () => {
  const store = memoryReplayStore({ now: () => instant });
  const options = { ...ofGateway, encryption: RSA_AES, replayGuard: replayGuard(store) };
  const sealed = await sealRequest(post(), { ...ofMerchant, encryption: RSA_AES });
  const headers = new Headers(sealed.headers);
  headers.delete('Encrypt');
  await openRequest(new Request(sealed.clone(), { headers }), options);
  await openRequest(sealed.clone(), options);
  expect(await refusalOf(openRequest(sealed, options))).toMatchObject({ code: 'MessageReplayed' });
});

test('openRequest throws MessageReplayed for a second copy, whether or not the first one decrypts', async () => {
  const store = memoryReplayStore({ now: () => instant });
  const options = { ...ofGateway, encryption: RSA_AES, replayGuard: replayGuard(store) };
  const sealed = await sealRequest(post(), { ...ofMerchant, encryption: RSA_AES });
  const headers = new Headers(sealed.headers);
  headers.set('Encrypt', `algorithm=RSA_AES, symmetricKey=${encodeURIComponent(btoa('k'.repeat(256)))}`);
  for (const copy of [sealed, new Request(sealed.clone(), { headers })]) {
    await openRequest(copy.clone(), options).catch(() => undefined);
    expect(await refusalOf(openRequest(copy, options))).toMatchObject({ code: 'MessageReplayed' });
  }
});

test('openRequest throws MessageReplayed when the store returns anything but true', async () => {
  const store = { add: async () => ({ meta: { changes: 0 } }) as never };
  const opening = openRequest(await sealRequest(post(), ofMerchant), { ...ofGateway, replayGuard: replayGuard(store) });
  expect(await refusalOf(opening)).toMatchObject({ code: 'MessageReplayed' });
});

test('openResponse throws MessageReplayed for a reply that was received before', async () => {
  const options = { ...ofMerchant, replayGuard: replayGuard(memoryReplayStore({ now: () => instant })) };
  const reply = await sealResponse(new Response('{}'), { httpUri, encrypted: false }, ofGateway);
  await openResponse(reply.clone(), { url }, options);
  expect(await refusalOf(openResponse(reply, { url }, options))).toMatchObject({
    code: 'MessageReplayed',
    stage: 'replay',
  });
});
