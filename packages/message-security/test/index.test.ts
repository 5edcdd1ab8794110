import { expect, test } from 'vitest';
import * as entry from '../src/index.ts';

test('nothing is exported that decrypts without verifying, or reaches into a key', () => {
  const names = Object.keys(entry);
  expect(names.filter((name) => /^(decrypt|encrypt|unwrap|unpad)|[Nn]umbers|[Ss]uite/.test(name))).toEqual([]);
  expect(Object.keys(entry.RSA_AES)).toEqual(['algorithm']);
});

test('what the documents name is exported', () => {
  expect(Object.keys(entry)).toEqual(
    expect.arrayContaining([
      'sealRequest',
      'openRequest',
      'sealResponse',
      'openResponse',
      'sealedFetch',
      'importPrivateKey',
      'importPublicKey',
      'RSA_AES',
      'contentToBeSigned',
      'sign',
      'verify',
      'formatHeader',
      'parseHeader',
      'formatTime',
      'parseTime',
      'MessageError',
    ]),
  );
});
