// biome-ignore-all format: written by mint.ts, change the table there
import requestAlgorithmEcc224 from './request-algorithm-ecc224.json' with { type: 'json' };
import requestAlgorithmRs256 from './request-algorithm-rs256.json' with { type: 'json' };
import requestBadBase64 from './request-bad-base64.json' with { type: 'json' };
import requestBadPercent from './request-bad-percent.json' with { type: 'json' };
import requestEmptySignature from './request-empty-signature.json' with { type: 'json' };
import requestEncryptAlgorithmRsa from './request-encrypt-algorithm-rsa.json' with { type: 'json' };
import requestEncryptNoKey from './request-encrypt-no-key.json' with { type: 'json' };
import requestEncryptOverJson from './request-encrypt-over-json.json' with { type: 'json' };
import requestEncryptRepeatedKey from './request-encrypt-repeated-key.json' with { type: 'json' };
import requestEncryptedAes128 from './request-encrypted-aes128.json' with { type: 'json' };
import requestEncryptedAes192 from './request-encrypted-aes192.json' with { type: 'json' };
import requestEncryptedAes256 from './request-encrypted-aes256.json' with { type: 'json' };
import requestEncryptedBadAesPadding from './request-encrypted-bad-aes-padding.json' with { type: 'json' };
import requestEncryptedBadRsaPadding from './request-encrypted-bad-rsa-padding.json' with { type: 'json' };
import requestEncryptedBlockMultiple from './request-encrypted-block-multiple.json' with { type: 'json' };
import requestEncryptedBodyNotBase64 from './request-encrypted-body-not-base64.json' with { type: 'json' };
import requestEncryptedContentTypeJson from './request-encrypted-content-type-json.json' with { type: 'json' };
import requestEncryptedEmptyBody from './request-encrypted-empty-body.json' with { type: 'json' };
import requestEncryptedForStranger from './request-encrypted-for-stranger.json' with { type: 'json' };
import requestEncryptedKeyTooLongCiphertext from './request-encrypted-key-too-long-ciphertext.json' with { type: 'json' };
import requestEncryptedLongAesPadding from './request-encrypted-long-aes-padding.json' with { type: 'json' };
import requestEncryptedNotUtf8 from './request-encrypted-not-utf8.json' with { type: 'json' };
import requestEncryptedPartialBlock from './request-encrypted-partial-block.json' with { type: 'json' };
import requestEncryptedRawBase64 from './request-encrypted-raw-base64.json' with { type: 'json' };
import requestEncryptedShortKey from './request-encrypted-short-key.json' with { type: 'json' };
import requestEncryptedSignedPlaintext from './request-encrypted-signed-plaintext.json' with { type: 'json' };
import requestEncryptedUtf8 from './request-encrypted-utf8.json' with { type: 'json' };
import requestEncryptedValueAboveModulus from './request-encrypted-value-above-modulus.json' with { type: 'json' };
import requestEncryptedWrapped from './request-encrypted-wrapped.json' with { type: 'json' };
import requestEncryptedZeroAesPadding from './request-encrypted-zero-aes-padding.json' with { type: 'json' };
import requestNoSignature from './request-no-signature.json' with { type: 'json' };
import requestNoSignatureKey from './request-no-signature-key.json' with { type: 'json' };
import requestNoSignatureValue from './request-no-signature-value.json' with { type: 'json' };
import requestOtherClientId from './request-other-client-id.json' with { type: 'json' };
import requestOtherMethod from './request-other-method.json' with { type: 'json' };
import requestOtherPath from './request-other-path.json' with { type: 'json' };
import requestQueryNotSigned from './request-query-not-signed.json' with { type: 'json' };
import requestRepeatedHeader from './request-repeated-header.json' with { type: 'json' };
import requestRepeatedKey from './request-repeated-key.json' with { type: 'json' };
import requestReserialisedBody from './request-reserialised-body.json' with { type: 'json' };
import requestSignatureBadPaddingBase64 from './request-signature-bad-padding-base64.json' with { type: 'json' };
import requestSignatureTruncated from './request-signature-truncated.json' with { type: 'json' };
import requestSigned from './request-signed.json' with { type: 'json' };
import requestSignedBase64url from './request-signed-base64url.json' with { type: 'json' };
import requestSignedBlanksInside from './request-signed-blanks-inside.json' with { type: 'json' };
import requestSignedByStranger from './request-signed-by-stranger.json' with { type: 'json' };
import requestSignedEmptyDataInfo from './request-signed-empty-data-info.json' with { type: 'json' };
import requestSignedEmptyKeyVersion from './request-signed-empty-key-version.json' with { type: 'json' };
import requestSignedFractionalSeconds from './request-signed-fractional-seconds.json' with { type: 'json' };
import requestSignedLowerCaseHex from './request-signed-lower-case-hex.json' with { type: 'json' };
import requestSignedNoAlgorithm from './request-signed-no-algorithm.json' with { type: 'json' };
import requestSignedNoBlankAfterComma from './request-signed-no-blank-after-comma.json' with { type: 'json' };
import requestSignedNoKeyVersion from './request-signed-no-key-version.json' with { type: 'json' };
import requestSignedOffsetWithoutColon from './request-signed-offset-without-colon.json' with { type: 'json' };
import requestSignedOtherOrder from './request-signed-other-order.json' with { type: 'json' };
import requestSignedQuery from './request-signed-query.json' with { type: 'json' };
import requestSignedRawBase64 from './request-signed-raw-base64.json' with { type: 'json' };
import requestSignedUtf8 from './request-signed-utf8.json' with { type: 'json' };
import requestSignedWhitespaceBody from './request-signed-whitespace-body.json' with { type: 'json' };
import requestSignedWrappedSignature from './request-signed-wrapped-signature.json' with { type: 'json' };
import requestTamperedBody from './request-tampered-body.json' with { type: 'json' };
import requestTamperedTime from './request-tampered-time.json' with { type: 'json' };
import requestTimeDateOnly from './request-time-date-only.json' with { type: 'json' };
import requestTimeMissing from './request-time-missing.json' with { type: 'json' };
import requestTimeNoZone from './request-time-no-zone.json' with { type: 'json' };
import responseEncryptedAes128 from './response-encrypted-aes128.json' with { type: 'json' };
import responseEncryptedAes256 from './response-encrypted-aes256.json' with { type: 'json' };
import responseEncryptedForStranger from './response-encrypted-for-stranger.json' with { type: 'json' };
import responseNoSignature from './response-no-signature.json' with { type: 'json' };
import responseNoTime from './response-no-time.json' with { type: 'json' };
import responseOtherClientId from './response-other-client-id.json' with { type: 'json' };
import responseOtherPath from './response-other-path.json' with { type: 'json' };
import responseSigned from './response-signed.json' with { type: 'json' };
import responseSignedByMerchant from './response-signed-by-merchant.json' with { type: 'json' };
import responseSignedByStranger from './response-signed-by-stranger.json' with { type: 'json' };
import responseSignedNoClientId from './response-signed-no-client-id.json' with { type: 'json' };
import responseSignedResultF from './response-signed-result-f.json' with { type: 'json' };
import responseSignedUtc from './response-signed-utc.json' with { type: 'json' };
import responseTamperedBody from './response-tampered-body.json' with { type: 'json' };
import responseUnsigned from './response-unsigned.json' with { type: 'json' };
import responseUnsignedEmpty from './response-unsigned-empty.json' with { type: 'json' };
import type { Vector } from './vector.ts';

export { default as keys } from './keys.json' with { type: 'json' };

const cases = {
  'request-algorithm-ecc224': requestAlgorithmEcc224,
  'request-algorithm-rs256': requestAlgorithmRs256,
  'request-bad-base64': requestBadBase64,
  'request-bad-percent': requestBadPercent,
  'request-empty-signature': requestEmptySignature,
  'request-encrypt-algorithm-rsa': requestEncryptAlgorithmRsa,
  'request-encrypt-no-key': requestEncryptNoKey,
  'request-encrypt-over-json': requestEncryptOverJson,
  'request-encrypt-repeated-key': requestEncryptRepeatedKey,
  'request-encrypted-aes128': requestEncryptedAes128,
  'request-encrypted-aes192': requestEncryptedAes192,
  'request-encrypted-aes256': requestEncryptedAes256,
  'request-encrypted-bad-aes-padding': requestEncryptedBadAesPadding,
  'request-encrypted-bad-rsa-padding': requestEncryptedBadRsaPadding,
  'request-encrypted-block-multiple': requestEncryptedBlockMultiple,
  'request-encrypted-body-not-base64': requestEncryptedBodyNotBase64,
  'request-encrypted-content-type-json': requestEncryptedContentTypeJson,
  'request-encrypted-empty-body': requestEncryptedEmptyBody,
  'request-encrypted-for-stranger': requestEncryptedForStranger,
  'request-encrypted-key-too-long-ciphertext': requestEncryptedKeyTooLongCiphertext,
  'request-encrypted-long-aes-padding': requestEncryptedLongAesPadding,
  'request-encrypted-not-utf8': requestEncryptedNotUtf8,
  'request-encrypted-partial-block': requestEncryptedPartialBlock,
  'request-encrypted-raw-base64': requestEncryptedRawBase64,
  'request-encrypted-short-key': requestEncryptedShortKey,
  'request-encrypted-signed-plaintext': requestEncryptedSignedPlaintext,
  'request-encrypted-utf8': requestEncryptedUtf8,
  'request-encrypted-value-above-modulus': requestEncryptedValueAboveModulus,
  'request-encrypted-wrapped': requestEncryptedWrapped,
  'request-encrypted-zero-aes-padding': requestEncryptedZeroAesPadding,
  'request-no-signature': requestNoSignature,
  'request-no-signature-key': requestNoSignatureKey,
  'request-no-signature-value': requestNoSignatureValue,
  'request-other-client-id': requestOtherClientId,
  'request-other-method': requestOtherMethod,
  'request-other-path': requestOtherPath,
  'request-query-not-signed': requestQueryNotSigned,
  'request-repeated-header': requestRepeatedHeader,
  'request-repeated-key': requestRepeatedKey,
  'request-reserialised-body': requestReserialisedBody,
  'request-signature-bad-padding-base64': requestSignatureBadPaddingBase64,
  'request-signature-truncated': requestSignatureTruncated,
  'request-signed': requestSigned,
  'request-signed-base64url': requestSignedBase64url,
  'request-signed-blanks-inside': requestSignedBlanksInside,
  'request-signed-by-stranger': requestSignedByStranger,
  'request-signed-empty-data-info': requestSignedEmptyDataInfo,
  'request-signed-empty-key-version': requestSignedEmptyKeyVersion,
  'request-signed-fractional-seconds': requestSignedFractionalSeconds,
  'request-signed-lower-case-hex': requestSignedLowerCaseHex,
  'request-signed-no-algorithm': requestSignedNoAlgorithm,
  'request-signed-no-blank-after-comma': requestSignedNoBlankAfterComma,
  'request-signed-no-key-version': requestSignedNoKeyVersion,
  'request-signed-offset-without-colon': requestSignedOffsetWithoutColon,
  'request-signed-other-order': requestSignedOtherOrder,
  'request-signed-query': requestSignedQuery,
  'request-signed-raw-base64': requestSignedRawBase64,
  'request-signed-utf8': requestSignedUtf8,
  'request-signed-whitespace-body': requestSignedWhitespaceBody,
  'request-signed-wrapped-signature': requestSignedWrappedSignature,
  'request-tampered-body': requestTamperedBody,
  'request-tampered-time': requestTamperedTime,
  'request-time-date-only': requestTimeDateOnly,
  'request-time-missing': requestTimeMissing,
  'request-time-no-zone': requestTimeNoZone,
  'response-encrypted-aes128': responseEncryptedAes128,
  'response-encrypted-aes256': responseEncryptedAes256,
  'response-encrypted-for-stranger': responseEncryptedForStranger,
  'response-no-signature': responseNoSignature,
  'response-no-time': responseNoTime,
  'response-other-client-id': responseOtherClientId,
  'response-other-path': responseOtherPath,
  'response-signed': responseSigned,
  'response-signed-by-merchant': responseSignedByMerchant,
  'response-signed-by-stranger': responseSignedByStranger,
  'response-signed-no-client-id': responseSignedNoClientId,
  'response-signed-result-f': responseSignedResultF,
  'response-signed-utc': responseSignedUtc,
  'response-tampered-body': responseTamperedBody,
  'response-unsigned': responseUnsigned,
  'response-unsigned-empty': responseUnsignedEmpty,
};

/** Every case by its name; imported statically, so that it loads in every runtime. */
export const vectors = cases as Record<keyof typeof cases, Vector>;
