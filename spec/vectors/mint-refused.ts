/** Cases that are refused, by the code of the error. */
import {
  createPass,
  illegal,
  otherClientId,
  percent,
  sampleTime,
  success,
  update,
  updateOf900,
  updatePass,
} from './message.ts';
import { aes256, blockOfType, encrypt, key20, wrapKey, wrapKeyAboveModulus } from './mint-keys.ts';
import {
  emptied,
  encryptHeader,
  type Recipe,
  sealed,
  sealedAsIs,
  sealedUpdate,
  signatureHeader,
  twice,
  updateLatin1,
  updateOfLength,
  updatePretty,
  without,
} from './mint-parts.ts';
import type { RefusalCode } from './vector.ts';

export const refused: Record<RefusalCode, Record<string, Omit<Recipe, 'code'>>> = {
  SignatureVerificationFailed: {
    'request-tampered-body': {
      title: 'Points were raised after signing.',
      body: updateOf900,
      signed: { body: update },
    },
    'request-tampered-time': {
      title: 'The time was moved by a second after signing.',
      time: '2024-05-22T06:42:22+05:30',
      signed: { time: sampleTime },
    },
    'request-other-path': { title: 'Signed for another path.', signed: { httpUri: createPass } },
    'request-other-client-id': { title: 'Signed for another Client-Id.', signed: { clientId: otherClientId } },
    'request-other-method': { title: 'Signed for another method.', signed: { method: 'PUT' } },
    'request-query-not-signed': {
      title: 'Signed without its query.',
      httpUri: `${updatePass}?x=1`,
      signed: { httpUri: updatePass },
    },
    'request-reserialised-body': {
      title: 'Signed over compact JSON, sent with blanks: the same value, not the same bytes.',
      body: updatePretty,
      signed: { body: update },
    },
    'request-signed-by-stranger': { title: 'Signed by a key that is not the merchant’s.', signer: 'stranger' },
    'request-signature-truncated': {
      title: 'The last byte of the signature is missing.',
      signature: (base64) =>
        signatureHeader(percent(Buffer.from(base64, 'base64').subarray(0, 255).toString('base64'))),
    },
    'request-encrypted-signed-plaintext': {
      title: 'Signed over the plaintext and then encrypted: the wrong order.',
      sealed: sealedUpdate,
      signed: { body: update },
    },
    'response-tampered-body': {
      title: 'A refusal was turned into a success.',
      body: success,
      signed: { body: illegal },
    },
    'response-other-path': { title: 'Signed for another path.', signed: { httpUri: createPass } },
    'response-signed-by-stranger': { title: 'Signed by a key that is not the gateway’s.', signer: 'stranger' },
    'response-signed-by-merchant': { title: 'Signed by the merchant itself.', signer: 'merchant' },
  },

  HeaderInvalid: {
    'request-no-signature': { title: 'There is no Signature header.', headers: without('Signature') },
    'request-empty-signature': { title: 'The Signature header is empty.', headers: emptied('Signature') },
    'request-no-signature-key': {
      title: 'The pair signature is missing.',
      signature: () => 'algorithm=RSA256, keyVersion=1',
    },
    'request-no-signature-value': { title: 'The pair signature has no value.', signature: () => signatureHeader('') },
    'request-repeated-key': {
      title: 'The pair signature comes twice.',
      signature: (base64) => `${signatureHeader(percent(base64))}, signature=${percent(base64)}`,
    },
    'request-repeated-header': {
      title: 'The Signature header comes twice, which runtimes join by a comma.',
      headers: twice('Signature'),
    },
    'request-bad-base64': {
      title: 'The value holds characters outside base64.',
      signature: (base64) => signatureHeader(`!!!${percent(base64)}`),
    },
    'request-bad-percent': {
      title: 'The value holds an escape that is not hex.',
      signature: (base64) => signatureHeader(`%ZZ${percent(base64)}`),
    },
    'request-signature-bad-padding-base64': {
      title: 'The base64 lacks its last digit and its padding: its length is impossible.',
      signature: (base64) => signatureHeader(percent(base64.slice(0, -3))),
    },
    'request-time-missing': {
      title: 'There is no Request-Time, and an empty one was signed.',
      time: '',
      headers: without('Request-Time'),
    },
    'request-encrypt-repeated-key': {
      title: 'The pair symmetricKey comes twice.',
      sealed: sealedUpdate,
      encrypt: (base64) => `${encryptHeader(percent(base64))}, symmetricKey=${percent(base64)}`,
    },
    'request-encrypt-no-key': {
      title: 'The pair symmetricKey is missing.',
      sealed: sealedUpdate,
      encrypt: () => 'algorithm=RSA_AES, keyVersion=1',
    },
    'response-no-signature': { title: 'There is a Response-Time and no Signature.', headers: without('Signature') },
    'response-no-time': {
      title: 'There is a Signature, made over an empty time, and no Response-Time.',
      time: '',
      headers: without('Response-Time'),
    },
    'response-other-client-id': {
      title: 'The response is signed for another Client-Id.',
      clientId: otherClientId,
    },
  },

  AlgorithmNotSupported: {
    'request-algorithm-ecc224': {
      title: 'The header names ECC224 for an RSA signature.',
      signature: (base64) => `algorithm=ECC224, keyVersion=1, signature=${percent(base64)}`,
    },
    'request-algorithm-rs256': {
      title: 'RS256 is JOSE’s name for the algorithm, not the protocol’s.',
      signature: (base64) => `algorithm=RS256, keyVersion=1, signature=${percent(base64)}`,
    },
    'request-encrypt-algorithm-rsa': {
      title: 'RSA, as the page prints it in its sample, is not RSA_AES.',
      sealed: sealedUpdate,
      encrypt: (base64) => `algorithm=RSA, keyVersion=1, symmetricKey=${percent(base64)}`,
    },
  },

  DecryptionFailed: {
    'request-encrypted-for-stranger': {
      title: 'The AES key was encrypted to another public key.',
      sealed: sealed(aes256, update, { encryptedKey: wrapKey('stranger', aes256) }),
    },
    'request-encrypted-bad-rsa-padding': {
      title: 'The RSA block starts 00 01, not 00 02; the key behind it is the right one.',
      sealed: sealed(aes256, update, { encryptedKey: wrapKey('gateway', blockOfType(1, aes256), 'none') }),
    },
    'request-encrypted-short-key': {
      title: 'The unwrapped key has 20 bytes; its first 16 would open the body.',
      sealed: sealed(key20.subarray(0, 16), update, { key: key20, encryptedKey: wrapKey('gateway', key20) }),
    },
    'request-encrypted-key-too-long-ciphertext': {
      title: 'encryptedKey has a zero byte in front: the same number, another length.',
      sealed: sealed(aes256, update, { encryptedKey: Buffer.concat([Buffer.of(0), wrapKey('gateway', aes256)]) }),
    },
    'request-encrypted-value-above-modulus': {
      title: 'encryptedKey has the modulus added: reduced, it would be right.',
      sealed: sealed(aes256, update, { encryptedKey: wrapKeyAboveModulus('gateway', aes256) }),
    },
    'request-encrypted-bad-aes-padding': {
      title: 'The padding has four bytes, and one of them is wrong.',
      sealed: sealedAsIs(updateOfLength(12), [4, 3, 4, 4]),
    },
    'request-encrypted-zero-aes-padding': {
      title: 'The padding is zeros.',
      sealed: sealedAsIs(updateOfLength(12), [0, 0, 0, 0]),
    },
    'request-encrypted-long-aes-padding': {
      title: 'The padding has 17 bytes, more than a block.',
      sealed: sealedAsIs(updateOfLength(15), Array(17).fill(17)),
    },
    'request-encrypted-partial-block': {
      title: 'A byte follows the last whole block.',
      sealed: sealed(aes256, update, {
        body: Buffer.concat([encrypt(aes256, update), Buffer.of(0)]).toString('base64'),
      }),
    },
    'request-encrypted-empty-body': {
      title: 'There is an Encrypt header and no body.',
      sealed: sealed(aes256, '', { body: '' }),
    },
    'request-encrypted-body-not-base64': {
      title: 'The body holds a character outside base64; a decoder that skips it finds the plaintext.',
      sealed: sealed(aes256, update, { body: encrypt(aes256, update).toString('base64').replace(/^..../, '$&!') }),
    },
    'request-encrypted-not-utf8': { title: 'The plaintext is Latin-1.', sealed: sealed(aes256, updateLatin1) },
    'request-encrypt-over-json': {
      title: 'There is an Encrypt header over a body of plain JSON.',
      sealed: sealed(aes256, update, { body: update }),
      contentType: 'application/json; charset=UTF-8',
    },
    'response-encrypted-for-stranger': {
      title: 'The AES key was encrypted to another public key.',
      sealed: sealed(aes256, success, { encryptedKey: wrapKey('stranger', aes256) }),
    },
  },

  TimeNotAccepted: {
    'request-time-no-zone': { title: 'The time has no zone.', time: '2024-05-22T06:42:21' },
    'request-time-date-only': { title: 'The time is a date.', time: '2024-05-22' },
  },

  ResponseUnexpected: {
    'response-unsigned': {
      title: 'There is neither Signature nor Response-Time.',
      signer: null,
      time: '',
      headers: without('Signature', 'Response-Time'),
    },
    'response-unsigned-empty': {
      title: 'Signature and Response-Time are both empty.',
      signer: null,
      time: '',
      headers: emptied('Signature', 'Response-Time'),
    },
  },
};
