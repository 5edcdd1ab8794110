import { expect, test } from 'vitest';
import * as gateway from '../src/gateway.ts';
import * as api from '../src/index.ts';
import * as webhooks from '../src/webhooks.ts';

test('each entry exports these names and no others', () => {
  expect(Object.keys(api).sort()).toEqual([
    'MessageError',
    'RSA_AES',
    'RequestInvalid',
    'ResponseInvalid',
    'ResultNotSigned',
    'ResultNotSuccess',
    'checkUpdate',
    'createClient',
    'diagnoseKeys',
    'importPrivateKey',
    'importPublicKey',
    'isMessageError',
    'isUpdatePassError',
    'optionsOfProfile',
    'unknownFields',
  ]);
  expect(Object.keys(gateway).sort()).toEqual(['RequestInvalid', 'createGateway', 'createNotifier']);
  expect(Object.keys(webhooks).sort()).toEqual(['RequestInvalid', 'createWebhooks']);
});
