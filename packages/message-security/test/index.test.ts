import { expect, test } from 'vitest';
import * as entry from '../src/index.ts';

test('the package exports these names and no others', () => {
  expect(Object.keys(entry).sort()).toEqual(
    [
      ...[
        'sealRequest',
        'openRequest',
        'sealResponse',
        'prepareResponse',
        'openResponse',
        'sealedFetch',
        'checkOptions',
      ],
      ...['importPrivateKey', 'importPublicKey', 'diagnoseKeys', 'fingerprint'],
      ...['RSA_AES', 'rsaAes'],
      ...['contentToBeSigned', 'httpUriOf', 'sign', 'verify', 'formatHeader', 'parseHeader', 'formatTime', 'parseTime'],
      ...['replayGuard', 'memoryReplayStore', 'tracerIdOf', 'printable'],
      ...[
        'MessageError',
        'isMessageError',
        'HeaderInvalid',
        'AlgorithmNotSupported',
        'SignatureVerificationFailed',
        'DecryptionFailed',
      ],
      ...['TimeNotAccepted', 'MessageReplayed', 'BodyTooLarge', 'BodyIncomplete'],
      ...['ResponseUnexpected', 'ResponseMissing'],
    ].sort(),
  );
  expect(Object.keys(entry.RSA_AES)).toEqual(['algorithm']);
});
