/**
 * The merchant's end: check the body, seal it, send it, open the reply, check it, and return what AlipayHK said.
 * Signing sits in openapi-fetch's `fetch`, so that nothing can change the body after it was signed.
 */
import { isMessageError, type SealedFetchOptions, sealedFetch, tracerIdOf } from '@alipayhk-pass/message-security';
import createOpenapiClient from 'openapi-fetch';
import { type Checked, check, isEncrypted, readJson, updatePassPath, withResultInfo } from './body.ts';
import { RequestInvalid, ResponseInvalid, ResultNotSigned, ResultNotSuccess } from './errors.ts';
import { vUpdatePassFields, vUpdatePassRequest, vUpdatePassResponse } from './generated/schemas.ts';
import type { paths, ResultInfo, UpdatePassRequest, UpdatePassResponse } from './generated/types.ts';
import { findLosses } from './json-values.ts';

/** What `createClient` takes: who we are, both keys, and how to send. */
export interface ClientOptions extends SealedFetchOptions {
  /** Origin of the gateway; `https://open.alipay.hk` unless given. */
  baseUrl?: string | undefined;
}

/** AlipayHK's reply to an update that took effect. */
export interface UpdatePassResult {
  resultInfo: ResultInfo & { resultStatus: 'S' };
  /** Names this exchange in AlipayHK's logs. */
  tracerId: string | undefined;
  /** The Response-Time header, verbatim. */
  responseTime: string;
  /**
   * Whether the reply was encrypted; a plain one to an encrypted request is accepted unless `requireEncryption`.
   *
   * @see {@link https://github.com/alipayhk-pass/alipayhk-pass/blob/main/spec/ASSUMPTIONS.md#a7 A7}
   */
  encrypted: boolean;
}

/** AlipayHK's updatePass. */
export interface Client {
  /**
   * Updates or closes a membership card.
   *
   * @param body - as `spec/openapi.yaml` describes it; it is checked before anything is sent
   * @throws UpdatePassError, discriminated by `code`. RequestInvalid: nothing was sent. ResultNotSuccess: AlipayHK said
   *   F or U. Every other code: assume neither that the update took effect nor that it did not.
   * @see {@link https://github.com/alipayhk-pass/alipayhk-pass/blob/main/spec/ASSUMPTIONS.md#a23 A23}
   */
  updatePass(body: UpdatePassRequest, options?: { signal?: AbortSignal | undefined }): Promise<UpdatePassResult>;
}

/**
 * The update as it was given, if it fits the contract and JSON carries it as it is: for whoever stores updates and sends
 * them later.
 *
 * @throws RequestInvalid with the path of every issue
 */
export function checkUpdate(update: unknown): UpdatePassRequest {
  const { value, issues } = check(vUpdatePassRequest, update);
  if (issues) throw new RequestInvalid(issues);
  const losses = findLosses(value);
  if (losses.length > 0) throw new RequestInvalid(losses);
  return value;
}

/**
 * Top-level fields of an update that the contract does not know: a typing error, or what AlipayHK has added since. They are
 * sent as they are.
 *
 * @param update - as for `checkUpdate`
 */
export function unknownFields(update: object): string[] {
  return Object.keys(update).filter((name) => !Object.hasOwn(vUpdatePassFields.inner.entries, name));
}

/** The contract without the headers that sealing fills, so that nobody passes placeholders. */
type Unsealed<Paths> = {
  [Path in keyof Paths]: {
    [Method in keyof Paths[Path]]: Paths[Path][Method] extends { parameters: { header: object } }
      ? Omit<Paths[Path][Method], 'parameters'>
      : Paths[Path][Method];
  };
};

/**
 * A client for AlipayHK's updatePass.
 *
 * @throws TypeError that names the option and what was expected
 */
export function createClient(options: ClientOptions): Client {
  const { baseUrl = 'https://open.alipay.hk' } = options;
  if (!/^https?:\/\/[^/@]+\/$/.test(URL.canParse(baseUrl) ? new URL(baseUrl).href : '')) {
    throw new TypeError('baseUrl must be an origin such as https://open.alipay.hk');
  }
  const openapi = createOpenapiClient<Unsealed<paths>>({ baseUrl, fetch: sealedFetch(options) });
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
