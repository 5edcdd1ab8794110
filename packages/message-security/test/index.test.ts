import { expect, test } from 'vitest';
import * as entry from '../src/index.ts';

test('these are the exports and no others: nothing decrypts without verifying, or reaches into a key', () => {
  expect(Object.keys(entry).sort()).toEqual(
    [
      ...['sealRequest', 'openRequest', 'sealResponse', 'openResponse', 'sealedFetch', 'checkOptions'],
      ...['importPrivateKey', 'importPublicKey', 'diagnoseKeys', 'fingerprint'],
      ...['RSA_AES', 'rsaAes'],
      ...['contentToBeSigned', 'httpUriOf', 'sign', 'verify', 'formatHeader', 'parseHeader', 'formatTime', 'parseTime'],
      ...['replayGuard', 'memoryReplayStore', 'tracerIdOf'],
      ...['MessageError', 'HeaderInvalid', 'AlgorithmNotSupported', 'SignatureVerificationFailed', 'DecryptionFailed'],
      ...['TimeNotAccepted', 'MessageReplayed', 'BodyTooLarge', 'BodyIncomplete'],
      ...['ResponseUnexpected', 'ResponseMissing'],
    ].sort(),
  );
  expect(Object.keys(entry.RSA_AES)).toEqual(['algorithm']);
});
