/** Cases that are accepted. */
import { illegal, percent, update, updatePass } from './message.ts';
import { aes128, aes192, aes256, encrypt } from './mint-keys.ts';
import {
  base64url,
  blanks,
  encryptHeader,
  lowerCaseHex,
  type Recipe,
  raw,
  sealed,
  sealedReply,
  sealedUpdate,
  signatureHeader,
  updateEmptyDataInfo,
  updateOfLength,
  updatePretty,
  updateUtf8,
  without,
  wrapped,
} from './mint-parts.ts';

export const accepted: Record<string, Recipe> = {
  'request-signed': { title: 'An ordinary signed request.' },
  'request-signed-utf8': { title: 'The body is signed as UTF-8 bytes.', body: updateUtf8 },
  'request-signed-empty-data-info': { title: 'An empty dataInfo stays as it is.', body: updateEmptyDataInfo },
  'request-signed-whitespace-body': {
    title: 'The bytes on the wire are signed, blanks and CRLF included.',
    body: updatePretty,
  },
  'request-signed-query': { title: 'The query is part of what is signed.', httpUri: `${updatePass}?lang=zh-HK&x=1` },
  'request-signed-no-algorithm': {
    title: 'Without algorithm it is RSA256.',
    signature: (base64) => `keyVersion=1, signature=${percent(base64)}`,
  },
  'request-signed-no-key-version': {
    title: 'Without keyVersion the latest one is meant.',
    signature: (base64) => `algorithm=RSA256, signature=${percent(base64)}`,
  },
  'request-signed-empty-key-version': {
    title: 'An empty keyVersion means the latest one.',
    signature: (base64) => `algorithm=RSA256, keyVersion=, signature=${percent(base64)}`,
  },
  'request-signed-no-blank-after-comma': {
    title: 'The blank after a comma may be missing.',
    signature: (base64) => `algorithm=RSA256,keyVersion=1,signature=${percent(base64)}`,
  },
  'request-signed-other-order': {
    title: 'Pairs come in any order, an unknown key is ignored, the algorithm is in any case.',
    signature: (base64) => `signature=${percent(base64)}, nonce=abc, keyVersion=1, algorithm=rsa256`,
  },
  'request-signed-raw-base64': {
    title: 'The value is not percent-encoded; its plus is a plus, not a blank.',
    signature: (base64) => signatureHeader(raw(base64)),
  },
  'request-signed-lower-case-hex': {
    title: 'The escapes are in lower case.',
    signature: (base64) => signatureHeader(lowerCaseHex(base64)),
  },
  'request-signed-wrapped-signature': {
    title: 'The base64 was wrapped at 76 columns, and its line feeds percent-encoded.',
    signature: (base64) => signatureHeader(percent(wrapped(base64))),
  },
  'request-signed-base64url': {
    title: 'The value is base64url without padding.',
    signature: (base64) => signatureHeader(base64url(base64)),
  },
  'request-signed-blanks-inside': {
    title: 'Blanks inside the value are dropped, inside an escape too.',
    signature: (base64) => signatureHeader(blanks(base64)),
  },
  'request-signed-offset-without-colon': { title: 'The zone may lack its colon.', time: '2024-05-22T06:42:21+0530' },
  'request-signed-fractional-seconds': { title: 'Seconds may have a fraction.', time: '2024-05-22T06:42:21.123+05:30' },

  'request-encrypted-aes128': { title: 'An encrypted request under AES-128.', sealed: sealed(aes128, update) },
  'request-encrypted-aes192': { title: 'An encrypted request under AES-192.', sealed: sealed(aes192, update) },
  'request-encrypted-aes256': { title: 'An encrypted request under AES-256.', sealed: sealedUpdate },
  'request-encrypted-utf8': { title: 'The plaintext is UTF-8.', sealed: sealed(aes256, updateUtf8) },
  'request-encrypted-block-multiple': {
    title: 'A plaintext of whole blocks ends in a block of padding.',
    sealed: sealed(aes256, updateOfLength(0)),
  },
  'request-encrypted-raw-base64': {
    title: 'symmetricKey is not percent-encoded.',
    sealed: sealedUpdate,
    encrypt: (base64) => encryptHeader(raw(base64)),
  },
  'request-encrypted-wrapped': {
    title: 'Body and symmetricKey were wrapped at 76 columns; the line feeds of the body are signed.',
    sealed: sealed(aes128, update, { body: wrapped(encrypt(aes128, update).toString('base64')) }),
    encrypt: (base64) => encryptHeader(percent(wrapped(base64))),
  },
  'request-encrypted-content-type-json': {
    title: 'An encrypted body is known by its Encrypt header, whatever its media type.',
    sealed: sealedUpdate,
    contentType: 'application/json; charset=UTF-8',
  },

  'response-signed': { title: 'An ordinary signed response.' },
  'response-signed-result-f': { title: 'A refusal is signed like a success.', body: illegal },
  'response-signed-utc': { title: 'The zone may be Z.', time: '2024-05-22T01:12:21Z' },
  'response-signed-no-client-id': { title: 'A response may come without Client-Id.', headers: without('Client-Id') },
  'response-encrypted-aes128': { title: 'An encrypted response under AES-128.', sealed: sealedReply(aes128) },
  'response-encrypted-aes256': { title: 'An encrypted response under AES-256.', sealed: sealedReply(aes256) },
};
