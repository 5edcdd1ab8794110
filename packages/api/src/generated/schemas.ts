// Generated from spec/openapi.yaml by `pnpm generate`. Do not edit: change the spec.

import * as v from 'valibot';
import { allOf, object, record } from '../json-schema.ts';

/**
 * REQUIRED in both directions. The id that AlipayHK gave to the partner and its application; also decides
 * which keys apply. A reply may leave it out, but a different one is refused ([A12](https://github.com/alipayhk-pass/alipayhk-pass/blob/main/spec/ASSUMPTIONS.md#a12)).
 */
export const vClientId = /* @__PURE__ */ v.string('a string');

/**
 * REQUIRED in both directions. Signature over the message as it is on the wire ([A1](https://github.com/alipayhk-pass/alipayhk-pass/blob/main/spec/ASSUMPTIONS.md#a1)), as comma-separated
 * `key=value` pairs ([A9](https://github.com/alipayhk-pass/alipayhk-pass/blob/main/spec/ASSUMPTIONS.md#a9)):
 *
 * - `algorithm`: `RSA256` or `ECC224`, `RSA256` when absent ([A2](https://github.com/alipayhk-pass/alipayhk-pass/blob/main/spec/ASSUMPTIONS.md#a2), [A3](https://github.com/alipayhk-pass/alipayhk-pass/blob/main/spec/ASSUMPTIONS.md#a3)).
 * - `keyVersion`: which version of the signing key registered for the Client-Id; the latest when absent ([A8](https://github.com/alipayhk-pass/alipayhk-pass/blob/main/spec/ASSUMPTIONS.md#a8)).
 * - `signature`: the value, base64 and then percent-encoded.
 */
export const vSignature = /* @__PURE__ */ v.string('a string');

/**
 * REQUIRED when the body is encrypted, absent otherwise. How to decrypt it, as comma-separated `key=value`
 * pairs ([A9](https://github.com/alipayhk-pass/alipayhk-pass/blob/main/spec/ASSUMPTIONS.md#a9)):
 *
 * - `algorithm`: `RSA_AES`, the only one there is ([A4](https://github.com/alipayhk-pass/alipayhk-pass/blob/main/spec/ASSUMPTIONS.md#a4)).
 * - `keyVersion`: which version of the RSA key that wraps the symmetric key ([A5](https://github.com/alipayhk-pass/alipayhk-pass/blob/main/spec/ASSUMPTIONS.md#a5)); the latest when absent ([A8](https://github.com/alipayhk-pass/alipayhk-pass/blob/main/spec/ASSUMPTIONS.md#a8)).
 * - `symmetricKey`: the AES key, encrypted with the receiver's RSA public key, base64 and then
 *   percent-encoded.
 */
export const vEncrypt = /* @__PURE__ */ v.string('a string');

/**
 * REQUIRED in requests. When the request was sealed: ISO-8601 date and time with its offset from UTC ([A10](https://github.com/alipayhk-pass/alipayhk-pass/blob/main/spec/ASSUMPTIONS.md#a10)).
 * It is part of what is signed, so it travels verbatim.
 */
export const vRequestTime = /* @__PURE__ */ v.pipe(/* @__PURE__ */ v.string('a string'), /* @__PURE__ */ v.isoTimestamp('a date and time with its offset, in ISO 8601'));

/**
 * REQUIRED in replies. When the reply was sealed: ISO-8601 date and time with its offset from UTC ([A10](https://github.com/alipayhk-pass/alipayhk-pass/blob/main/spec/ASSUMPTIONS.md#a10)). It
 * is part of what is signed, so it travels verbatim.
 */
export const vResponseTime = /* @__PURE__ */ v.pipe(/* @__PURE__ */ v.string('a string'), /* @__PURE__ */ v.isoTimestamp('a date and time with its offset, in ISO 8601'));

/**
 * Optional in replies. Names this exchange in AlipayHK's logs; quote it to their support.
 */
export const vTracerId = /* @__PURE__ */ v.string('a string');

/**
 * Data to change on the card. Only three of its fields are public. Points and level travel here too, under names
 * that are not, so every other field is allowed, with any value ([A16](https://github.com/alipayhk-pass/alipayhk-pass/blob/main/spec/ASSUMPTIONS.md#a16)).
 */
export const vDataInfo = /* @__PURE__ */ object(/* @__PURE__ */ v.looseObject({
  billNo: /* @__PURE__ */ v.optional(/* @__PURE__ */ v.nullable(/* @__PURE__ */ v.string('a string'))),
  lastChangePoints: /* @__PURE__ */ v.optional(/* @__PURE__ */ v.nullable(/* @__PURE__ */ v.union([/* @__PURE__ */ v.string('a string'), /* @__PURE__ */ v.number('a number')], 'a string or a number'))),
  pointsProvider: /* @__PURE__ */ v.optional(/* @__PURE__ */ v.nullable(/* @__PURE__ */ v.string('a string'))),
}));

/**
 * The new code of the card. Agree on it with AlipayHK before you send one. Other fields are allowed, with any
 * value ([A16](https://github.com/alipayhk-pass/alipayhk-pass/blob/main/spec/ASSUMPTIONS.md#a16)).
 */
export const vCodeInfo = /* @__PURE__ */ v.nullable(/* @__PURE__ */ object(/* @__PURE__ */ v.looseObject({
  $codemsg$: /* @__PURE__ */ v.optional(/* @__PURE__ */ v.string('a string')),
  $codevalue$: /* @__PURE__ */ v.optional(/* @__PURE__ */ v.string('a string')),
})));

/**
 * The fields of an updatePass request, without the rule that the user has to be named.
 */
export const vUpdatePassFields = /* @__PURE__ */ object(/* @__PURE__ */ v.object({
  merchantId: /* @__PURE__ */ v.pipe(/* @__PURE__ */ v.string('a string'), /* @__PURE__ */ v.check((value) => [...value].length >= 1, 'at least 1 character'), /* @__PURE__ */ v.check((value) => [...value].length <= 64, 'at most 64 characters')),
  userId: /* @__PURE__ */ v.optional(/* @__PURE__ */ v.pipe(/* @__PURE__ */ v.string('a string'), /* @__PURE__ */ v.check((value) => [...value].length >= 1, 'at least 1 character'))),
  openId: /* @__PURE__ */ v.optional(/* @__PURE__ */ v.pipe(/* @__PURE__ */ v.string('a string'), /* @__PURE__ */ v.check((value) => [...value].length >= 1, 'at least 1 character'))),
  templateCode: /* @__PURE__ */ v.optional(/* @__PURE__ */ v.string('a string')),
  passId: /* @__PURE__ */ v.pipe(/* @__PURE__ */ v.string('a string'), /* @__PURE__ */ v.check((value) => [...value].length >= 1, 'at least 1 character')),
  status: /* @__PURE__ */ v.picklist(['CLOSED', 'UPDATE'], '"CLOSED" or "UPDATE"'),
  updateDetailType: /* @__PURE__ */ v.picklist(['UPDATE_MEMBER_CARD'], '"UPDATE_MEMBER_CARD"'),
  endDate: /* @__PURE__ */ v.optional(/* @__PURE__ */ v.pipe(/* @__PURE__ */ v.number('a number'), /* @__PURE__ */ v.check((value) => Number.isInteger(value), 'a whole number'), /* @__PURE__ */ v.check((value) => value >= 0, '0 or more'), /* @__PURE__ */ v.check((value) => value <= 9007199254740991, '9007199254740991 or less'))),
  dataInfo: /* @__PURE__ */ v.optional(vDataInfo),
  codeInfo: /* @__PURE__ */ v.optional(vCodeInfo),
}));

/**
 * What updatePass takes. At least one of `userId` and `openId` is REQUIRED; both may be given ([A24](https://github.com/alipayhk-pass/alipayhk-pass/blob/main/spec/ASSUMPTIONS.md#a24)).
 */
export const vUpdatePassRequest = /* @__PURE__ */ allOf([vUpdatePassFields, /* @__PURE__ */ v.union([/* @__PURE__ */ object(/* @__PURE__ */ v.object({
  userId: /* @__PURE__ */ v.string('a string'),
})), /* @__PURE__ */ object(/* @__PURE__ */ v.object({
  openId: /* @__PURE__ */ v.string('a string'),
}))], 'an object')]);

/**
 * The outcome of a request.
 */
export const vResultInfo = /* @__PURE__ */ object(/* @__PURE__ */ v.object({
  resultCode: /* @__PURE__ */ v.string('a string'),
  resultStatus: /* @__PURE__ */ v.picklist(['S', 'F', 'U'], '"S", "F" or "U"'),
  resultMessage: /* @__PURE__ */ v.optional(/* @__PURE__ */ v.nullable(/* @__PURE__ */ v.string('a string'))),
}));

/**
 * What updatePass answers.
 */
export const vUpdatePassResponse = /* @__PURE__ */ object(/* @__PURE__ */ v.object({
  resultInfo: vResultInfo,
}));

/**
 * REQUIRED. The merchant's part of the path, agreed with AlipayHK; one segment ([A28](https://github.com/alipayhk-pass/alipayhk-pass/blob/main/spec/ASSUMPTIONS.md#a28)).
 */
export const vMerchantTag = /* @__PURE__ */ v.pipe(/* @__PURE__ */ v.string('a string'), /* @__PURE__ */ v.check((value) => /^[A-Za-z0-9._~-]+$/u.test(value), 'text that matches /^[A-Za-z0-9._~-]+$/u'));

/**
 * An amount of money.
 */
export const vOrderAmount = /* @__PURE__ */ object(/* @__PURE__ */ v.object({
  currency: /* @__PURE__ */ v.pipe(/* @__PURE__ */ v.string('a string'), /* @__PURE__ */ v.check((value) => /^[A-Z]{3}$/u.test(value), 'text that matches /^[A-Z]{3}$/u')),
  value: /* @__PURE__ */ v.union([/* @__PURE__ */ v.pipe(/* @__PURE__ */ v.string('a string'), /* @__PURE__ */ v.check((value) => /^[0-9]{1,16}$/u.test(value), 'text that matches /^[0-9]{1,16}$/u')), /* @__PURE__ */ v.pipe(/* @__PURE__ */ v.number('a number'), /* @__PURE__ */ v.check((value) => Number.isInteger(value), 'a whole number'), /* @__PURE__ */ v.check((value) => value >= 0, '0 or more'), /* @__PURE__ */ v.check((value) => value <= 9007199254740991, '9007199254740991 or less'))], 'a string or a number'),
}));

/**
 * A bill that was paid.
 */
export const vNotifyBillRequest = /* @__PURE__ */ object(/* @__PURE__ */ v.object({
  userId: /* @__PURE__ */ v.pipe(/* @__PURE__ */ v.string('a string'), /* @__PURE__ */ v.check((value) => [...value].length >= 1, 'at least 1 character')),
  billNo: /* @__PURE__ */ v.pipe(/* @__PURE__ */ v.string('a string'), /* @__PURE__ */ v.check((value) => [...value].length >= 1, 'at least 1 character')),
  orderAmount: vOrderAmount,
  payTime: /* @__PURE__ */ v.pipe(/* @__PURE__ */ v.string('a string'), /* @__PURE__ */ v.check((value) => [...value].length >= 1, 'at least 1 character')),
  pointsProvider: /* @__PURE__ */ v.pipe(/* @__PURE__ */ v.string('a string'), /* @__PURE__ */ v.check((value) => [...value].length >= 1, 'at least 1 character')),
  cnBillNo: /* @__PURE__ */ v.optional(/* @__PURE__ */ v.nullable(/* @__PURE__ */ v.string('a string'))),
  merchantId: /* @__PURE__ */ v.optional(/* @__PURE__ */ v.nullable(/* @__PURE__ */ v.string('a string'))),
  merchantName: /* @__PURE__ */ v.optional(/* @__PURE__ */ v.nullable(/* @__PURE__ */ v.string('a string'))),
  outBillNo: /* @__PURE__ */ v.optional(/* @__PURE__ */ v.nullable(/* @__PURE__ */ v.string('a string'))),
  pmsLabel: /* @__PURE__ */ v.optional(/* @__PURE__ */ v.nullable(/* @__PURE__ */ v.string('a string'))),
}));

/**
 * What the merchant answers. `S` means that the bill is stored for good ([A31](https://github.com/alipayhk-pass/alipayhk-pass/blob/main/spec/ASSUMPTIONS.md#a31)).
 */
export const vNotifyBillResponse = /* @__PURE__ */ object(/* @__PURE__ */ v.object({
  resultInfo: vResultInfo,
}));

/**
 * The fields of a createMembercard request that are public, without the rule that one contact is named.
 */
export const vCreateMembercardFields = /* @__PURE__ */ object(/* @__PURE__ */ v.looseObject({
  userId: /* @__PURE__ */ v.pipe(/* @__PURE__ */ v.string('a string'), /* @__PURE__ */ v.check((value) => [...value].length >= 1, 'at least 1 character')),
  mobileNo: /* @__PURE__ */ v.optional(/* @__PURE__ */ v.nullable(/* @__PURE__ */ v.string('a string'))),
  userEmail: /* @__PURE__ */ v.optional(/* @__PURE__ */ v.nullable(/* @__PURE__ */ v.string('a string'))),
}));

/**
 * Whom to make a member. At least one of `mobileNo` and `userEmail` is REQUIRED. Other fields are allowed, with any
 * value ([A32](https://github.com/alipayhk-pass/alipayhk-pass/blob/main/spec/ASSUMPTIONS.md#a32)).
 */
export const vCreateMembercardRequest = /* @__PURE__ */ allOf([vCreateMembercardFields, /* @__PURE__ */ v.union([/* @__PURE__ */ object(/* @__PURE__ */ v.object({
  mobileNo: /* @__PURE__ */ v.string('a string'),
})), /* @__PURE__ */ object(/* @__PURE__ */ v.object({
  userEmail: /* @__PURE__ */ v.string('a string'),
}))], 'an object')]);

/**
 * What the merchant answers. Other fields are allowed, with any value ([A32](https://github.com/alipayhk-pass/alipayhk-pass/blob/main/spec/ASSUMPTIONS.md#a32)).
 */
export const vCreateMembercardResponse = /* @__PURE__ */ object(/* @__PURE__ */ v.looseObject({
  resultInfo: vResultInfo,
}));
