/**
 * The merchant's end of updatePass: check the body, seal it, send it, open the reply, check it, return the result.
 * Signing sits in openapi-fetch's `fetch` option and not in a middleware: a later middleware could change a signed body.
 */
import { isMessageError, type SealedFetchOptions, sealedFetch, tracerIdOf } from '@alipayhk-pass/message-security';
import createOpenapiClient from 'openapi-fetch';
import { originOf } from './address.ts';
import { type Checked, check, isEncrypted, readJson, updatePassPath, withResultInfo } from './body.ts';
import { RequestInvalid, ResponseInvalid, ResultNotSigned, ResultNotSuccess } from './errors.ts';
import { vUpdatePassFields, vUpdatePassRequest, vUpdatePassResponse } from './generated/schemas.ts';
import type { paths, ResultInfo, UpdatePassRequest, UpdatePassResponse } from './generated/types.ts';
import { findLosses } from './json-values.ts';

/** Options of `createClient`: the merchant's id, both keys, and how to send. */
export interface ClientOptions extends SealedFetchOptions {
  /** Origin of the gateway; `https://open.alipay.hk` unless given. A path or a query is refused. */
  baseUrl?: string | undefined;
}

/** The result of an update that took effect: AlipayHK replied S. */
export interface UpdatePassResult {
  /** The result, which says S. */
  resultInfo: ResultInfo & { resultStatus: 'S' };
  /** Id of this exchange in AlipayHK's logs: the Tracer-Id header of the reply. */
  tracerId: string | undefined;
  /** The Response-Time header, verbatim. */
  responseTime: string;
  /**
   * Whether the reply was encrypted. A plain reply to an encrypted request is accepted unless `requireEncryption` is set.
   *
   * @see {@link https://github.com/alipayhk-pass/alipayhk-pass/blob/main/spec/ASSUMPTIONS.md#a7 A7}
   */
  encrypted: boolean;
}

/** A client for updatePass. Make it once and use it for every update. */
export interface Client {
  /**
   * Updates or closes a membership card.
   *
   * @param body - the update, as the contract describes it; it is checked before anything is sent
   * @param options - `signal` aborts the call: it then rejects with the signal's reason
   * @throws UpdatePassError, discriminated by `code`. RequestInvalid: nothing was sent. ResultNotSuccess: AlipayHK
   *   replied F or U. Every other code: the update may or may not have taken effect.
   * @throws TypeError for a `fetch` or a remote key that cannot be used, and the error of a remote key that fails to sign;
   *   nothing was sent
   * @see {@link https://github.com/alipayhk-pass/alipayhk-pass/blob/main/spec/ASSUMPTIONS.md#a23 A23}
   */
  updatePass(body: UpdatePassRequest, options?: { signal?: AbortSignal | undefined }): Promise<UpdatePassResult>;
}

/**
 * Checks an update as `updatePass` does before it sends. Use it when you store updates and send them later.
 *
 * @param update - any value
 * @returns the same value
 * @throws RequestInvalid with the path of every issue: the update does not fit the contract, or holds a value that
 *   JSON cannot carry
 * @example
 * ```ts
 * import { checkUpdate } from '@alipayhk-pass/api';
 *
 * const update = checkUpdate(await plainRequest.json()); // RequestInvalid says which field is wrong
 * console.log(update.status); // UPDATE
 * ```
 */
export function checkUpdate(update: unknown): UpdatePassRequest {
  const { value, issues } = check(vUpdatePassRequest, update);
  if (issues) throw new RequestInvalid(issues);
  const losses = findLosses(value);
  if (losses.length > 0) throw new RequestInvalid(losses);
  return value;
}

/**
 * Names of the top-level fields that the contract does not describe: a typing error, or a field that AlipayHK has added
 * since. `updatePass` sends them unchanged.
 *
 * @param update - an update, checked or not
 * @see {@link https://github.com/alipayhk-pass/alipayhk-pass/blob/main/spec/ASSUMPTIONS.md#a25 A25}
 * @example
 * ```ts
 * import { unknownFields } from '@alipayhk-pass/api';
 *
 * console.log(unknownFields({ ...update, endDate: 1_893_427_200_000, pasID: '1' }).join()); // pasID
 * ```
 */
export function unknownFields(update: object): string[] {
  return Object.keys(update).filter((name) => !Object.hasOwn(vUpdatePassFields.inner.entries, name));
}

/** The contract's paths without the headers: sealing fills them, so a call must not ask for them. */
type Unsealed<Paths> = {
  [Path in keyof Paths]: {
    [Method in keyof Paths[Path]]: Paths[Path][Method] extends { parameters: { header: object } }
      ? Omit<Paths[Path][Method], 'parameters'>
      : Paths[Path][Method];
  };
};

/**
 * Makes a client for AlipayHK's updatePass.
 *
 * @param options - `clientId`, `privateKey` and `publicKey` are required
 * @throws TypeError that names the option and what was expected
 * @example
 * ```ts
 * import { createClient, importPrivateKey, importPublicKey, RSA_AES } from '@alipayhk-pass/api';
 *
 * const client = createClient({
 *   clientId,
 *   privateKey: await importPrivateKey(MERCHANT_PRIVATE_KEY),
 *   publicKey: await importPublicKey(ALIPAYHK_PUBLIC_KEY),
 *   encryption: RSA_AES, // without it bodies are signed only
 * });
 * const { resultInfo, tracerId } = await client.updatePass({
 *   merchantId: '2160400000000001',
 *   userId: '2160220000000001',
 *   passId: '2024052200000000000001',
 *   status: 'UPDATE',
 *   updateDetailType: 'UPDATE_MEMBER_CARD',
 *   dataInfo: { billNo: null, lastChangePoints: null, pointsProvider: null, level: '金卡' },
 * });
 * console.log(resultInfo.resultStatus); // S
 * ```
 */
export function createClient(options: ClientOptions): Client {
  const { baseUrl = 'https://open.alipay.hk' } = options;
  const openapi = createOpenapiClient<Unsealed<paths>>({ baseUrl: originOf(baseUrl), fetch: sealedFetch(options) });
  return {
    async updatePass(body, { signal } = {}) {
      const init = { body: checkUpdate(body), parseAs: 'arrayBuffer', signal } as const;
      const { data, response } = await openapi.POST(updatePassPath, init).catch((error) => {
        if (signal?.aborted) throw signal.reason; // openapi-fetch loses a reason such as null
        return withUnverifiedResult(error);
      });
      return readResult(data ?? new ArrayBuffer(0), response);
    },
  };
}

/** @throws ResponseInvalid, ResultNotSuccess, DecryptionFailed */
function readResult(body: ArrayBuffer, response: Response): UpdatePassResult {
  const encrypted = isEncrypted(response);
  const tracerId = tracerIdOf(response);
  const { value, issues } = checkResponse(body, encrypted, tracerId);
  if (issues) throw new ResponseInvalid(issues, tracerId);
  const { resultInfo } = value;
  const { resultStatus } = resultInfo;
  if (resultStatus !== 'S') throw new ResultNotSuccess({ ...resultInfo, resultStatus }, tracerId);
  const responseTime = response.headers.get('Response-Time') ?? '';
  return { resultInfo: { ...resultInfo, resultStatus }, tracerId, responseTime, encrypted };
}

/** A11: an unsigned F or U becomes an error of its own; an unsigned S stays a ResponseUnexpected. */
async function withUnverifiedResult(error: unknown): Promise<never> {
  if (isMessageError(error) && error.code === 'ResponseUnexpected' && error.reason === 'unsigned') {
    const { value } = checkResponse(await error.response.clone().arrayBuffer(), false);
    const { resultStatus = 'S' } = value?.resultInfo ?? {};
    if (value && resultStatus !== 'S') throw new ResultNotSigned({ ...value.resultInfo, resultStatus }, error);
  }
  throw error;
}

/** @throws DecryptionFailed */
function checkResponse(body: ArrayBuffer, encrypted: boolean, tracerId?: string): Checked<UpdatePassResponse> {
  const json = readJson(body, encrypted, tracerId);
  if (json.issues) return json;
  return check(vUpdatePassResponse, withResultInfo(json.value)); // A13
}
