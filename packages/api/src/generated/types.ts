// Generated from spec/openapi.yaml by `pnpm generate`. Do not edit: change the spec.

export interface paths {
    "/api/open/alipay/v1/ipass/pass/manage/updatePass": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Update a membership card, or end it.
         * Sets the card's state at AlipayHK: its points, level, expiry or code, or closes it for good.
         *
         * There is no request id ([A23](https://github.com/alipayhk-pass/alipayhk-pass/blob/main/spec/ASSUMPTIONS.md#a23)): the same update sent twice leaves the same card, but an older update sent
         * after a newer one overwrites it. Whoever retries keeps the order per pass.
         */
        post: operations["updatePass"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
}
export interface webhooks {
    "/{tag}/points/bill/notify": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * A customer paid; the merchant may grant points.
         * AlipayHK notifies the merchant of a bill that was paid. It sends the same notification again, up to seven times in
         * about a day, until it is answered S: whoever grants points must recognise a `billNo` that it has seen ([A31](https://github.com/alipayhk-pass/alipayhk-pass/blob/main/spec/ASSUMPTIONS.md#a31)).
         */
        post: operations["notifyBill"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/{tag}/points/membercard/create": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * A customer asks for the merchant's membership card.
         * AlipayHK asks the merchant to make the customer a member. Most fields of request and reply are hidden in every public
         * copy of the page, so both are open ([A32](https://github.com/alipayhk-pass/alipayhk-pass/blob/main/spec/ASSUMPTIONS.md#a32)).
         */
        post: operations["createMembercard"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
}
export interface components {
    schemas: {
        ClientId: ClientId;
        Signature: Signature;
        Encrypt: Encrypt;
        RequestTime: RequestTime;
        ResponseTime: ResponseTime;
        TracerId: TracerId;
        UpdatePassRequest: UpdatePassRequest;
        UpdatePassFields: UpdatePassFields;
        DataInfo: DataInfo;
        CodeInfo: CodeInfo;
        UpdatePassResponse: UpdatePassResponse;
        ResultInfo: ResultInfo;
        MerchantTag: MerchantTag;
        NotifyBillRequest: NotifyBillRequest;
        OrderAmount: OrderAmount;
        NotifyBillResponse: NotifyBillResponse;
        CreateMembercardRequest: CreateMembercardRequest;
        CreateMembercardFields: CreateMembercardFields;
        CreateMembercardResponse: CreateMembercardResponse;
    };
    responses: never;
    parameters: never;
    requestBodies: never;
    headers: never;
    pathItems: never;
}
export type $defs = Record<string, never>;
export interface operations {
    updatePass: {
        parameters: {
            query?: never;
            header: {
                "Client-Id": ClientId;
                Signature: Signature;
                Encrypt?: Encrypt;
                "Request-Time": RequestTime;
            };
            path?: never;
            cookie?: never;
        };
        /**
         * `Content-Type` (REQUIRED): the media type of the body, with the charset that was used for signing and
         * encryption: `application/json; charset=UTF-8`. OpenAPI ignores a header parameter of that name, so it
         * is described here.
         *
         * An encrypted body is the base64 text of the ciphertext, sent as `text/plain; charset=UTF-8` and
         * recognised by its `Encrypt` header, not by its media type ([A6](https://github.com/alipayhk-pass/alipayhk-pass/blob/main/spec/ASSUMPTIONS.md#a6)).
         */
        requestBody: {
            content: {
                "application/json": UpdatePassRequest;
            };
        };
        responses: {
            /**
             * The result, also of a refused update: the HTTP status says nothing about it ([A17](https://github.com/alipayhk-pass/alipayhk-pass/blob/main/spec/ASSUMPTIONS.md#a17)).
             *
             * `Content-Type` as for the request. The body is encrypted only if the request's was ([A7](https://github.com/alipayhk-pass/alipayhk-pass/blob/main/spec/ASSUMPTIONS.md#a7)), and is then
             * the base64 text of the ciphertext as `text/plain; charset=UTF-8`.
             */
            200: {
                headers: {
                    "Client-Id": ClientId;
                    Signature: Signature;
                    Encrypt?: Encrypt;
                    "Response-Time": ResponseTime;
                    "Tracer-Id"?: TracerId;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": UpdatePassResponse;
                };
            };
        };
    };
    notifyBill: {
        parameters: {
            query?: never;
            header: {
                "Client-Id": ClientId;
                Signature: Signature;
                Encrypt?: Encrypt;
                "Request-Time": RequestTime;
            };
            path: {
                tag: MerchantTag;
            };
            cookie?: never;
        };
        /** `Content-Type` and the encrypted form as for updatePass. */
        requestBody: {
            content: {
                "application/json": NotifyBillRequest;
            };
        };
        responses: {
            /**
             * The result, signed with the merchant's key; encrypted only if the request was ([A7](https://github.com/alipayhk-pass/alipayhk-pass/blob/main/spec/ASSUMPTIONS.md#a7)). What could not be verified
             * is answered unsigned, with another HTTP status ([A31](https://github.com/alipayhk-pass/alipayhk-pass/blob/main/spec/ASSUMPTIONS.md#a31)).
             */
            200: {
                headers: {
                    "Client-Id": ClientId;
                    Signature: Signature;
                    Encrypt?: Encrypt;
                    "Response-Time": ResponseTime;
                    "Tracer-Id"?: TracerId;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": NotifyBillResponse;
                };
            };
        };
    };
    createMembercard: {
        parameters: {
            query?: never;
            header: {
                "Client-Id": ClientId;
                Signature: Signature;
                Encrypt?: Encrypt;
                "Request-Time": RequestTime;
            };
            path: {
                tag: MerchantTag;
            };
            cookie?: never;
        };
        /** `Content-Type` and the encrypted form as for updatePass. */
        requestBody: {
            content: {
                "application/json": CreateMembercardRequest;
            };
        };
        responses: {
            /**
             * The result, signed with the merchant's key; encrypted only if the request was ([A7](https://github.com/alipayhk-pass/alipayhk-pass/blob/main/spec/ASSUMPTIONS.md#a7)). What could not be verified
             * is answered unsigned, with another HTTP status ([A31](https://github.com/alipayhk-pass/alipayhk-pass/blob/main/spec/ASSUMPTIONS.md#a31)).
             */
            200: {
                headers: {
                    "Client-Id": ClientId;
                    Signature: Signature;
                    Encrypt?: Encrypt;
                    "Response-Time": ResponseTime;
                    "Tracer-Id"?: TracerId;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": CreateMembercardResponse;
                };
            };
        };
    };
}

/**
 * REQUIRED in both directions. The id that AlipayHK gave to the partner and its application; also decides
 * which keys apply. A reply may leave it out, but a different one is refused ([A12](https://github.com/alipayhk-pass/alipayhk-pass/blob/main/spec/ASSUMPTIONS.md#a12)).
 * @example 4Q5Y8W0WSG45P907917
 */
export type ClientId = string;
/**
 * REQUIRED in both directions. Signature over the message as it is on the wire ([A1](https://github.com/alipayhk-pass/alipayhk-pass/blob/main/spec/ASSUMPTIONS.md#a1)), as comma-separated
 * `key=value` pairs ([A9](https://github.com/alipayhk-pass/alipayhk-pass/blob/main/spec/ASSUMPTIONS.md#a9)):
 *
 * - `algorithm`: `RSA256` or `ECC224`, `RSA256` when absent ([A2](https://github.com/alipayhk-pass/alipayhk-pass/blob/main/spec/ASSUMPTIONS.md#a2), [A3](https://github.com/alipayhk-pass/alipayhk-pass/blob/main/spec/ASSUMPTIONS.md#a3)).
 * - `keyVersion`: which version of the signing key registered for the Client-Id; the latest when absent ([A8](https://github.com/alipayhk-pass/alipayhk-pass/blob/main/spec/ASSUMPTIONS.md#a8)).
 * - `signature`: the value, base64 and then percent-encoded.
 * @example algorithm=RSA256, keyVersion=1, signature=KEhXthj4bJ801Hqw8kaLvEKc0Rii8KsNUazw7kZgjxyGSPuOZ48058UVJUkkR21iD9JkHBGRrWiHPae8ZRPuBagh2H3qu7fxY5GxVDWayJUhUYkr9m%2FOW4UQVmXaQ9yn%2Fw2dCtzwAW0htPHYrKMyrTpMk%2BfDDmRflA%2FAMJhQ71yeyhufIA2PCJV8%2FCMOa46303A0WHhH0YPJ9%2FI0UeLVMWlJ1XcBo3JrbRFvcowQwt0lP1XkoPmSLGpBevDE8%2FQ9WnxjPNDfrHnKgV2fp0hpMKVXNM%2BrLHNyMv3MkHg9iTMOD%2FFYDAwSd%2B6%2FEOFo9UbdlKcmodJwjKlQoxZZIzmF8w%3D%3D
 */
export type Signature = string;
/**
 * REQUIRED when the body is encrypted, absent otherwise. How to decrypt it, as comma-separated `key=value`
 * pairs ([A9](https://github.com/alipayhk-pass/alipayhk-pass/blob/main/spec/ASSUMPTIONS.md#a9)):
 *
 * - `algorithm`: `RSA_AES`, the only one there is ([A4](https://github.com/alipayhk-pass/alipayhk-pass/blob/main/spec/ASSUMPTIONS.md#a4)).
 * - `keyVersion`: which version of the RSA key that wraps the symmetric key ([A5](https://github.com/alipayhk-pass/alipayhk-pass/blob/main/spec/ASSUMPTIONS.md#a5)); the latest when absent ([A8](https://github.com/alipayhk-pass/alipayhk-pass/blob/main/spec/ASSUMPTIONS.md#a8)).
 * - `symmetricKey`: the AES key, encrypted with the receiver's RSA public key, base64 and then
 *   percent-encoded.
 * @example algorithm=RSA, keyVersion=1, symmetricKey=bqS8HSmdaRrpKSuPy7CqUlyd8lJurG93
 */
export type Encrypt = string;
/**
 * Format: date-time
 * REQUIRED in requests. When the request was sealed: ISO-8601 date and time with its offset from UTC ([A10](https://github.com/alipayhk-pass/alipayhk-pass/blob/main/spec/ASSUMPTIONS.md#a10)).
 * It is part of what is signed, so it travels verbatim.
 * @example 2024-05-22T06:42:21+05:30
 */
export type RequestTime = string;
/**
 * Format: date-time
 * REQUIRED in replies. When the reply was sealed: ISO-8601 date and time with its offset from UTC ([A10](https://github.com/alipayhk-pass/alipayhk-pass/blob/main/spec/ASSUMPTIONS.md#a10)). It
 * is part of what is signed, so it travels verbatim.
 * @example 2024-05-22T06:42:21+05:30
 */
export type ResponseTime = string;
/**
 * Optional in replies. Names this exchange in AlipayHK's logs; quote it to their support.
 * @example abcdefg135202000000000263818
 */
export type TracerId = string;
/** What updatePass takes. At least one of `userId` and `openId` is REQUIRED; both may be given ([A24](https://github.com/alipayhk-pass/alipayhk-pass/blob/main/spec/ASSUMPTIONS.md#a24)). */
export type UpdatePassRequest = UpdatePassFields & ({
    userId: string;
} | {
    openId: string;
});
/** The fields of an updatePass request, without the rule that the user has to be named. */
export type UpdatePassFields = {
    /** REQUIRED. The merchant's id at AlipayHK. 1 to 64 characters ([A20](https://github.com/alipayhk-pass/alipayhk-pass/blob/main/spec/ASSUMPTIONS.md#a20)). */
    merchantId: string;
    /**
     * The Alipay user who holds the card, by the id that is unique among all users. REQUIRED unless `openId` is
     * given ([A24](https://github.com/alipayhk-pass/alipayhk-pass/blob/main/spec/ASSUMPTIONS.md#a24)).
     */
    userId?: string;
    /**
     * The Alipay user who holds the card, by the id that is known to this merchant only. REQUIRED unless
     * `userId` is given ([A24](https://github.com/alipayhk-pass/alipayhk-pass/blob/main/spec/ASSUMPTIONS.md#a24)).
     */
    openId?: string;
    /** Optional. The membership template that the card is made of, by the id that AlipayHK gave it. */
    templateCode?: string;
    /** REQUIRED. The id of the user's membership card. */
    passId: string;
    /**
     * REQUIRED. What happens to the card ([A19](https://github.com/alipayhk-pass/alipayhk-pass/blob/main/spec/ASSUMPTIONS.md#a19)).
     *
     * - `CLOSED`: the card ends.
     * - `UPDATE`: the card's content changes.
     */
    status: "CLOSED" | "UPDATE";
    /**
     * REQUIRED. What the update is about ([A19](https://github.com/alipayhk-pass/alipayhk-pass/blob/main/spec/ASSUMPTIONS.md#a19)).
     *
     * - `UPDATE_MEMBER_CARD`: points and level, both.
     */
    updateDetailType: "UPDATE_MEMBER_CARD";
    /** Optional. When the card expires, in whole milliseconds since 1970-01-01T00:00:00Z ([A15](https://github.com/alipayhk-pass/alipayhk-pass/blob/main/spec/ASSUMPTIONS.md#a15)). */
    endDate?: number;
    /** Optional. The data to change on the card. */
    dataInfo?: DataInfo;
    /** CONDITIONAL. A new object when the card's code changes, `null` or absent when it does not. */
    codeInfo?: CodeInfo;
};
/**
 * Data to change on the card. Only three of its fields are public. Points and level travel here too, under names
 * that are not, so every other field is allowed, with any value ([A16](https://github.com/alipayhk-pass/alipayhk-pass/blob/main/spec/ASSUMPTIONS.md#a16)).
 */
export type DataInfo = {
    /** AlipayHK's id of the transaction that earned the points. `null` if it was not paid with Alipay. */
    billNo?: string | null;
    /**
     * The points that this change added or took, as a number or in digits ([A16](https://github.com/alipayhk-pass/alipayhk-pass/blob/main/spec/ASSUMPTIONS.md#a16)). `null` if the transaction was
     * not paid with Alipay.
     */
    lastChangePoints?: string | number | null;
    /**
     * Whose wallet paid: `ALIPAYHK` or `ALIPAYCN` in neighbouring pages, not a closed list ([A16](https://github.com/alipayhk-pass/alipayhk-pass/blob/main/spec/ASSUMPTIONS.md#a16)). `null` if the
     * transaction was not paid with Alipay.
     */
    pointsProvider?: string | null;
} & {
    [key: string]: unknown;
};
/**
 * The new code of the card. Agree on it with AlipayHK before you send one. Other fields are allowed, with any
 * value ([A16](https://github.com/alipayhk-pass/alipayhk-pass/blob/main/spec/ASSUMPTIONS.md#a16)).
 */
export type CodeInfo = ({
    /** The text printed with the code ([A16](https://github.com/alipayhk-pass/alipayhk-pass/blob/main/spec/ASSUMPTIONS.md#a16)). */
    $codemsg$?: string;
    /** The value that the code holds ([A16](https://github.com/alipayhk-pass/alipayhk-pass/blob/main/spec/ASSUMPTIONS.md#a16)). */
    $codevalue$?: string;
} & {
    [key: string]: unknown;
}) | null;
/** What updatePass answers. */
export type UpdatePassResponse = {
    /** REQUIRED. The outcome of the request. */
    resultInfo: ResultInfo;
};
/** The outcome of a request. */
export type ResultInfo = {
    /**
     * REQUIRED. What happened, in a word. An open list: an unknown code is judged by its status ([A14](https://github.com/alipayhk-pass/alipayhk-pass/blob/main/spec/ASSUMPTIONS.md#a14)).
     *
     * | code | status | meaning |
     * |---|---|---|
     * | `SUCCESS` | S | done |
     * | `PARAM_ILLEGAL` | F | a parameter is illegal, such as a date that is none |
     * | `UNKNOWN_EXCEPTION` | U | failed for a reason that AlipayHK does not know; ask its support |
     */
    resultCode: string;
    /**
     * REQUIRED. What to make of it ([A19](https://github.com/alipayhk-pass/alipayhk-pass/blob/main/spec/ASSUMPTIONS.md#a19)).
     *
     * - `S`: done.
     * - `F`: refused; the same request will be refused again.
     * - `U`: unknown; the update may or may not have happened, and may be sent again ([A14](https://github.com/alipayhk-pass/alipayhk-pass/blob/main/spec/ASSUMPTIONS.md#a14)).
     */
    resultStatus: "S" | "F" | "U";
    /** The same for a human reader, or null. Not stable, do not branch on it. */
    resultMessage?: string | null;
};
/**
 * REQUIRED. The merchant's part of the path, agreed with AlipayHK; one segment ([A28](https://github.com/alipayhk-pass/alipayhk-pass/blob/main/spec/ASSUMPTIONS.md#a28)).
 * @example noodle-house
 */
export type MerchantTag = string;
/** A bill that was paid. */
export type NotifyBillRequest = {
    /** REQUIRED. The Alipay user who paid, by the id that is unique among all users. */
    userId: string;
    /** REQUIRED. AlipayHK's id of the transaction; the same in every repetition ([A29](https://github.com/alipayhk-pass/alipayhk-pass/blob/main/spec/ASSUMPTIONS.md#a29)). */
    billNo: string;
    /** REQUIRED. What was paid. */
    orderAmount: OrderAmount;
    /** REQUIRED. When it was paid, verbatim; its form is not public ([A29](https://github.com/alipayhk-pass/alipayhk-pass/blob/main/spec/ASSUMPTIONS.md#a29)). */
    payTime: string;
    /** REQUIRED. Whose wallet paid: `ALIPAYHK` or `ALIPAYCN`, not a closed list ([A29](https://github.com/alipayhk-pass/alipayhk-pass/blob/main/spec/ASSUMPTIONS.md#a29)). */
    pointsProvider: string;
    /** The mainland's id of the transaction. */
    cnBillNo?: string | null;
    /** The merchant's id at AlipayHK. */
    merchantId?: string | null;
    /** The merchant's name. */
    merchantName?: string | null;
    /** The merchant's own id of the transaction. */
    outBillNo?: string | null;
    /** A label; its meaning is not public. */
    pmsLabel?: string | null;
};
/** An amount of money. */
export type OrderAmount = {
    /** REQUIRED. Three letters of ISO 4217, as `HKD` ([A30](https://github.com/alipayhk-pass/alipayhk-pass/blob/main/spec/ASSUMPTIONS.md#a30)). */
    currency: string;
    /**
     * REQUIRED. In the currency's smallest unit, cents for `HKD`; digits, or a whole number that every JSON reader
     * holds exactly ([A30](https://github.com/alipayhk-pass/alipayhk-pass/blob/main/spec/ASSUMPTIONS.md#a30)).
     */
    value: string | number;
};
/** What the merchant answers. `S` means that the bill is stored for good ([A31](https://github.com/alipayhk-pass/alipayhk-pass/blob/main/spec/ASSUMPTIONS.md#a31)). */
export type NotifyBillResponse = {
    /** REQUIRED. The outcome of the request. */
    resultInfo: ResultInfo;
};
/**
 * Whom to make a member. At least one of `mobileNo` and `userEmail` is REQUIRED. Other fields are allowed, with any
 * value ([A32](https://github.com/alipayhk-pass/alipayhk-pass/blob/main/spec/ASSUMPTIONS.md#a32)).
 */
export type CreateMembercardRequest = CreateMembercardFields & ({
    mobileNo: string;
} | {
    userEmail: string;
});
/** The fields of a createMembercard request that are public, without the rule that one contact is named. */
export type CreateMembercardFields = {
    /** REQUIRED. The Alipay user who asks for the card, by the id that is unique among all users. */
    userId: string;
    /** The user's mobile number. REQUIRED unless `userEmail` is given ([A32](https://github.com/alipayhk-pass/alipayhk-pass/blob/main/spec/ASSUMPTIONS.md#a32)). */
    mobileNo?: string | null;
    /** The user's e-mail address. REQUIRED unless `mobileNo` is given ([A32](https://github.com/alipayhk-pass/alipayhk-pass/blob/main/spec/ASSUMPTIONS.md#a32)). */
    userEmail?: string | null;
} & {
    [key: string]: unknown;
};
/** What the merchant answers. Other fields are allowed, with any value ([A32](https://github.com/alipayhk-pass/alipayhk-pass/blob/main/spec/ASSUMPTIONS.md#a32)). */
export type CreateMembercardResponse = {
    /** REQUIRED. The outcome of the request. */
    resultInfo: ResultInfo;
} & {
    [key: string]: unknown;
};