// Generated from spec/openapi.yaml by `pnpm generate`. Do not edit: change the spec.

import * as v from 'valibot';

/**
 * REQUIRED in both directions. The id that AlipayHK gave to the partner and its application; also decides
 * which keys apply. A reply may leave it out, but a different one is refused (A12).
 */
export const vClientId = v.string();

/**
 * REQUIRED in both directions. Signature over the message as it is on the wire (A1), as comma-separated
 * `key=value` pairs (A9):
 *
 * - `algorithm`: `RSA256` or `ECC224`, `RSA256` when absent (A2, A3).
 * - `keyVersion`: which version of the signing key registered for the Client-Id; the latest when absent (A8).
 * - `signature`: the value, base64 and then percent-encoded.
 */
export const vSignature = v.string();

/**
 * REQUIRED when the body is encrypted, absent otherwise. How to decrypt it, as comma-separated `key=value`
 * pairs (A9):
 *
 * - `algorithm`: `RSA_AES`, the only one there is (A4).
 * - `keyVersion`: which version of the RSA key that wraps the symmetric key (A5); the latest when absent (A8).
 * - `symmetricKey`: the AES key, encrypted with the receiver's RSA public key, base64 and then
 * percent-encoded.
 */
export const vEncrypt = v.string();

/**
 * REQUIRED in requests. When the request was sealed: ISO-8601 date and time with its offset from UTC (A10).
 * It is part of what is signed, so it travels verbatim.
 */
export const vRequestTime = v.pipe(v.string(), v.isoTimestamp());

/**
 * REQUIRED in replies. When the reply was sealed: ISO-8601 date and time with its offset from UTC (A10). It
 * is part of what is signed, so it travels verbatim.
 */
export const vResponseTime = v.pipe(v.string(), v.isoTimestamp());

/**
 * Optional in replies. Names this exchange in AlipayHK's logs; quote it to their support.
 */
export const vTracerId = v.string();

/**
 * Data to change on the card. Only three of its fields are public. Points and level travel here too, under names
 * that are not, so every other field is allowed, with any value (A16).
 */
export const vDataInfo = v.objectWithRest({
    billNo: v.nullish(v.string()),
    lastChangePoints: v.nullish(v.union([v.string(), v.number()])),
    pointsProvider: v.nullish(v.string())
}, v.unknown());

/**
 * The new code of the card. Agree on it with AlipayHK before you send one. Other fields are allowed, with any
 * value (A16).
 */
export const vCodeInfo = v.nullable(v.objectWithRest({
    $codemsg$: v.optional(v.string()),
    $codevalue$: v.optional(v.string())
}, v.unknown()));

/**
 * The fields of an updatePass request, without the rule that the user has to be named.
 */
export const vUpdatePassFields = v.object({
    merchantId: v.pipe(v.string(), v.minLength(1), v.maxLength(64)),
    userId: v.optional(v.pipe(v.string(), v.minLength(1))),
    openId: v.optional(v.pipe(v.string(), v.minLength(1))),
    templateCode: v.optional(v.string()),
    passId: v.pipe(v.string(), v.minLength(1)),
    status: v.picklist(['CLOSED', 'UPDATE']),
    updateDetailType: v.picklist(['UPDATE_MEMBER_CARD']),
    endDate: v.optional(v.pipe(v.number(), v.integer(), v.minValue(0))),
    dataInfo: v.optional(vDataInfo),
    codeInfo: v.optional(vCodeInfo)
});

/**
 * What updatePass takes. At least one of `userId` and `openId` is REQUIRED; both may be given (A24).
 */
export const vUpdatePassRequest = v.intersect([vUpdatePassFields, v.union([v.object({
            userId: v.string()
        }), v.object({
            openId: v.string()
        })])]);

/**
 * The outcome of a request.
 */
export const vResultInfo = v.object({
    resultCode: v.string(),
    resultStatus: v.picklist([
        'S',
        'F',
        'U'
    ]),
    resultMessage: v.optional(v.string())
});

/**
 * What updatePass answers.
 */
export const vUpdatePassResponse = v.object({
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

export const vUpdatePassHeaders = v.object({
    'Client-Id': vClientId,
    Signature: vSignature,
    Encrypt: v.optional(vEncrypt),
    'Request-Time': vRequestTime
});
