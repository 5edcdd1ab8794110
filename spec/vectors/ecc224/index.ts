// biome-ignore-all format: written by mint.ts, change the table there
import requestAlgorithmLowerCase from './request-algorithm-lower-case.json' with { type: 'json' };
import requestAlgorithmRsa256 from './request-algorithm-rsa256.json' with { type: 'json' };
import requestDerIndefiniteLength from './request-der-indefinite-length.json' with { type: 'json' };
import requestDerLeadingZero from './request-der-leading-zero.json' with { type: 'json' };
import requestDerLongLength from './request-der-long-length.json' with { type: 'json' };
import requestDerNegative from './request-der-negative.json' with { type: 'json' };
import requestDerRAboveOrder from './request-der-r-above-order.json' with { type: 'json' };
import requestDerSAboveOrder from './request-der-s-above-order.json' with { type: 'json' };
import requestDerThirdNumber from './request-der-third-number.json' with { type: 'json' };
import requestDerTrailingByte from './request-der-trailing-byte.json' with { type: 'json' };
import requestDerTruncated from './request-der-truncated.json' with { type: 'json' };
import requestDerZeros from './request-der-zeros.json' with { type: 'json' };
import requestEmptySignature from './request-empty-signature.json' with { type: 'json' };
import requestHighS from './request-high-s.json' with { type: 'json' };
import requestLowS from './request-low-s.json' with { type: 'json' };
import requestNoAlgorithm from './request-no-algorithm.json' with { type: 'json' };
import requestOtherDigestSha224 from './request-other-digest-sha224.json' with { type: 'json' };
import requestOtherDigestSha256 from './request-other-digest-sha256.json' with { type: 'json' };
import requestOtherEncodingDer from './request-other-encoding-der.json' with { type: 'json' };
import requestOtherEncodingP1363 from './request-other-encoding-p1363.json' with { type: 'json' };
import requestP1363Longer from './request-p1363-longer.json' with { type: 'json' };
import requestP1363NoLeadingZero from './request-p1363-no-leading-zero.json' with { type: 'json' };
import requestP1363Truncated from './request-p1363-truncated.json' with { type: 'json' };
import requestP1363Zeros from './request-p1363-zeros.json' with { type: 'json' };
import requestSha224Der from './request-sha224-der.json' with { type: 'json' };
import requestSha224P1363 from './request-sha224-p1363.json' with { type: 'json' };
import requestSha256Der from './request-sha256-der.json' with { type: 'json' };
import requestSha256P1363 from './request-sha256-p1363.json' with { type: 'json' };
import requestShortRDer from './request-short-r-der.json' with { type: 'json' };
import requestShortRP1363 from './request-short-r-p1363.json' with { type: 'json' };
import requestSignedByStranger from './request-signed-by-stranger.json' with { type: 'json' };
import requestTamperedBody from './request-tampered-body.json' with { type: 'json' };
import responseSha224Der from './response-sha224-der.json' with { type: 'json' };
import responseSha256P1363 from './response-sha256-p1363.json' with { type: 'json' };
import responseSignedByMerchant from './response-signed-by-merchant.json' with { type: 'json' };
import type { Ecc224Vector } from './vector.ts';

export { default as keys } from './keys.json' with { type: 'json' };

const cases = {
  'request-algorithm-lower-case': requestAlgorithmLowerCase,
  'request-algorithm-rsa256': requestAlgorithmRsa256,
  'request-der-indefinite-length': requestDerIndefiniteLength,
  'request-der-leading-zero': requestDerLeadingZero,
  'request-der-long-length': requestDerLongLength,
  'request-der-negative': requestDerNegative,
  'request-der-r-above-order': requestDerRAboveOrder,
  'request-der-s-above-order': requestDerSAboveOrder,
  'request-der-third-number': requestDerThirdNumber,
  'request-der-trailing-byte': requestDerTrailingByte,
  'request-der-truncated': requestDerTruncated,
  'request-der-zeros': requestDerZeros,
  'request-empty-signature': requestEmptySignature,
  'request-high-s': requestHighS,
  'request-low-s': requestLowS,
  'request-no-algorithm': requestNoAlgorithm,
  'request-other-digest-sha224': requestOtherDigestSha224,
  'request-other-digest-sha256': requestOtherDigestSha256,
  'request-other-encoding-der': requestOtherEncodingDer,
  'request-other-encoding-p1363': requestOtherEncodingP1363,
  'request-p1363-longer': requestP1363Longer,
  'request-p1363-no-leading-zero': requestP1363NoLeadingZero,
  'request-p1363-truncated': requestP1363Truncated,
  'request-p1363-zeros': requestP1363Zeros,
  'request-sha224-der': requestSha224Der,
  'request-sha224-p1363': requestSha224P1363,
  'request-sha256-der': requestSha256Der,
  'request-sha256-p1363': requestSha256P1363,
  'request-short-r-der': requestShortRDer,
  'request-short-r-p1363': requestShortRP1363,
  'request-signed-by-stranger': requestSignedByStranger,
  'request-tampered-body': requestTamperedBody,
  'response-sha224-der': responseSha224Der,
  'response-sha256-p1363': responseSha256P1363,
  'response-signed-by-merchant': responseSignedByMerchant,
};

/** Every case by its name; imported statically, so that it loads in every runtime. */
export const vectors = cases as Record<keyof typeof cases, Ecc224Vector>;
