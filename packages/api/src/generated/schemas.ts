// Generated from spec/openapi.yaml by `pnpm generate`. Do not edit: change the spec.

import * as v from 'valibot';

/**
 * REQUIRED in both directions. The id that AlipayHK gave to the partner and its application; also decides
 * which keys apply. A reply may leave it out, but a different one is refused (A12).
 */
export const vClientId = /* @__PURE__ */ v.string();

/**
 * REQUIRED in both directions. Signature over the message as it is on the wire (A1), as comma-separated
 * `key=value` pairs (A9):
 *
 * - `algorithm`: `RSA256` or `ECC224`, `RSA256` when absent (A2, A3).
 * - `keyVersion`: which version of the signing key registered for the Client-Id; the latest when absent (A8).
 * - `signature`: the value, base64 and then percent-encoded.
 */
export const vSignature = /* @__PURE__ */ v.string();

/**
 * REQUIRED when the body is encrypted, absent otherwise. How to decrypt it, as comma-separated `key=value`
 * pairs (A9):
 *
 * - `algorithm`: `RSA_AES`, the only one there is (A4).
 * - `keyVersion`: which version of the RSA key that wraps the symmetric key (A5); the latest when absent (A8).
 * - `symmetricKey`: the AES key, encrypted with the receiver's RSA public key, base64 and then
 * percent-encoded.
 */
export const vEncrypt = /* @__PURE__ */ v.string();

/**
 * REQUIRED in requests. When the request was sealed: ISO-8601 date and time with its offset from UTC (A10).
 * It is part of what is signed, so it travels verbatim.
 */
export const vRequestTime = /* @__PURE__ */ v.pipe(/* @__PURE__ */ v.string(), /* @__PURE__ */ v.isoTimestamp());

/**
 * REQUIRED in replies. When the reply was sealed: ISO-8601 date and time with its offset from UTC (A10). It
 * is part of what is signed, so it travels verbatim.
 */
export const vResponseTime = /* @__PURE__ */ v.pipe(/* @__PURE__ */ v.string(), /* @__PURE__ */ v.isoTimestamp());

/**
 * Optional in replies. Names this exchange in AlipayHK's logs; quote it to their support.
 */
export const vTracerId = /* @__PURE__ */ v.string();

/**
 * Data to change on the card. Only three of its fields are public. Points and level travel here too, under names
 * that are not, so every other field is allowed, with any value (A16).
 */
export const vDataInfo = /* @__PURE__ */ v.looseObject({
    billNo: /* @__PURE__ */ v.optional(/* @__PURE__ */ v.nullable(/* @__PURE__ */ v.string())),
    lastChangePoints: /* @__PURE__ */ v.optional(/* @__PURE__ */ v.nullable(/* @__PURE__ */ v.union([/* @__PURE__ */ v.string(), /* @__PURE__ */ v.number()]))),
    pointsProvider: /* @__PURE__ */ v.optional(/* @__PURE__ */ v.nullable(/* @__PURE__ */ v.string()))
});

/**
 * The new code of the card. Agree on it with AlipayHK before you send one. Other fields are allowed, with any
 * value (A16).
 */
export const vCodeInfo = /* @__PURE__ */ v.nullable(/* @__PURE__ */ v.looseObject({
    $codemsg$: /* @__PURE__ */ v.optional(/* @__PURE__ */ v.string()),
    $codevalue$: /* @__PURE__ */ v.optional(/* @__PURE__ */ v.string())
}));

/**
 * The fields of an updatePass request, without the rule that the user has to be named.
 */
export const vUpdatePassFields = /* @__PURE__ */ v.object({
    merchantId: /* @__PURE__ */ v.pipe(/* @__PURE__ */ v.string(), /* @__PURE__ */ v.minLength(1), /* @__PURE__ */ v.maxLength(64)),
    userId: /* @__PURE__ */ v.optional(/* @__PURE__ */ v.pipe(/* @__PURE__ */ v.string(), /* @__PURE__ */ v.minLength(1))),
    openId: /* @__PURE__ */ v.optional(/* @__PURE__ */ v.pipe(/* @__PURE__ */ v.string(), /* @__PURE__ */ v.minLength(1))),
    templateCode: /* @__PURE__ */ v.optional(/* @__PURE__ */ v.string()),
    passId: /* @__PURE__ */ v.pipe(/* @__PURE__ */ v.string(), /* @__PURE__ */ v.minLength(1)),
    status: /* @__PURE__ */ v.picklist(['CLOSED', 'UPDATE']),
    updateDetailType: /* @__PURE__ */ v.picklist(['UPDATE_MEMBER_CARD']),
    endDate: /* @__PURE__ */ v.optional(/* @__PURE__ */ v.pipe(/* @__PURE__ */ v.number(), /* @__PURE__ */ v.integer(), /* @__PURE__ */ v.minValue(0))),
    dataInfo: /* @__PURE__ */ v.optional(vDataInfo),
    codeInfo: /* @__PURE__ */ v.optional(vCodeInfo)
});

/**
 * What updatePass takes. At least one of `userId` and `openId` is REQUIRED; both may be given (A24).
 */
export const vUpdatePassRequest = /* @__PURE__ */ v.intersect([vUpdatePassFields, /* @__PURE__ */ v.union([/* @__PURE__ */ v.object({
            userId: /* @__PURE__ */ v.string()
        }), /* @__PURE__ */ v.object({
            openId: /* @__PURE__ */ v.string()
        })])]);

/**
 * The outcome of a request.
 */
export const vResultInfo = /* @__PURE__ */ v.object({
    resultCode: /* @__PURE__ */ v.string(),
    resultStatus: /* @__PURE__ */ v.picklist([
        'S',
        'F',
        'U'
    ]),
    resultMessage: /* @__PURE__ */ v.optional(/* @__PURE__ */ v.string())
});

/**
 * What updatePass answers.
 */
export const vUpdatePassResponse = /* @__PURE__ */ v.object({
    resultInfo: vResultInfo
});

/**
 * REQUIRED. The merchant's part of the path, agreed with AlipayHK; one segment (A28).
 */
export const vMerchantTag = /* @__PURE__ */ v.pipe(/* @__PURE__ */ v.string(), /* @__PURE__ */ v.regex(/^[A-Za-z0-9._~-]+$/));

/**
 * An amount of money.
 */
export const vOrderAmount = /* @__PURE__ */ v.object({
    currency: /* @__PURE__ */ v.pipe(/* @__PURE__ */ v.string(), /* @__PURE__ */ v.regex(/^[A-Z]{3}$/)),
    value: /* @__PURE__ */ v.union([/* @__PURE__ */ v.pipe(/* @__PURE__ */ v.string(), /* @__PURE__ */ v.regex(/^[0-9]{1,16}$/)), /* @__PURE__ */ v.pipe(/* @__PURE__ */ v.number(), /* @__PURE__ */ v.integer(), /* @__PURE__ */ v.minValue(0), /* @__PURE__ */ v.maxValue(9007199254740991))])
});

/**
 * A bill that was paid.
 */
export const vNotifyBillRequest = /* @__PURE__ */ v.object({
    userId: /* @__PURE__ */ v.pipe(/* @__PURE__ */ v.string(), /* @__PURE__ */ v.minLength(1)),
    billNo: /* @__PURE__ */ v.pipe(/* @__PURE__ */ v.string(), /* @__PURE__ */ v.minLength(1)),
    orderAmount: vOrderAmount,
    payTime: /* @__PURE__ */ v.pipe(/* @__PURE__ */ v.string(), /* @__PURE__ */ v.minLength(1)),
    pointsProvider: /* @__PURE__ */ v.pipe(/* @__PURE__ */ v.string(), /* @__PURE__ */ v.minLength(1)),
    cnBillNo: /* @__PURE__ */ v.optional(/* @__PURE__ */ v.nullable(/* @__PURE__ */ v.string())),
    merchantId: /* @__PURE__ */ v.optional(/* @__PURE__ */ v.nullable(/* @__PURE__ */ v.string())),
    merchantName: /* @__PURE__ */ v.optional(/* @__PURE__ */ v.nullable(/* @__PURE__ */ v.string())),
    outBillNo: /* @__PURE__ */ v.optional(/* @__PURE__ */ v.nullable(/* @__PURE__ */ v.string())),
    pmsLabel: /* @__PURE__ */ v.optional(/* @__PURE__ */ v.nullable(/* @__PURE__ */ v.string()))
});

/**
 * What the merchant answers. `S` means that the bill is stored for good (A31).
 */
export const vNotifyBillResponse = /* @__PURE__ */ v.object({
    resultInfo: vResultInfo
});

/**
 * The fields of a createMembercard request that are public, without the rule that one contact is named.
 */
export const vCreateMembercardFields = /* @__PURE__ */ v.looseObject({
    userId: /* @__PURE__ */ v.pipe(/* @__PURE__ */ v.string(), /* @__PURE__ */ v.minLength(1)),
    mobileNo: /* @__PURE__ */ v.optional(/* @__PURE__ */ v.nullable(/* @__PURE__ */ v.string())),
    userEmail: /* @__PURE__ */ v.optional(/* @__PURE__ */ v.nullable(/* @__PURE__ */ v.string()))
});

/**
 * Whom to make a member. At least one of `mobileNo` and `userEmail` is REQUIRED. Other fields are allowed, with any
 * value (A32).
 */
export const vCreateMembercardRequest = /* @__PURE__ */ v.intersect([vCreateMembercardFields, /* @__PURE__ */ v.union([/* @__PURE__ */ v.object({
            mobileNo: /* @__PURE__ */ v.string()
        }), /* @__PURE__ */ v.object({
            userEmail: /* @__PURE__ */ v.string()
        })])]);

/**
 * What the merchant answers. Other fields are allowed, with any value (A32).
 */
export const vCreateMembercardResponse = /* @__PURE__ */ v.looseObject({
    resultInfo: vResultInfo
});

/**
 * `Content-Type` (REQUIRED): the media type of the body, with the charset that was used for signing and
 * encryption: `application/json; charset=UTF-8`. OpenAPI ignores a header parameter of that name, so it
 * is described here.
 *
 * An encrypted body is the base64 text of the ciphertext, sent as `text/plain; charset=UTF-8` and
 * recognised by its `Encrypt` header, not by its media type (A6).
 */
export const vUpdatePassBody = vUpdatePassRequest;

export const vUpdatePassHeaders = /* @__PURE__ */ v.object({
    'Client-Id': vClientId,
    Signature: vSignature,
    Encrypt: /* @__PURE__ */ v.optional(vEncrypt),
    'Request-Time': vRequestTime
});
