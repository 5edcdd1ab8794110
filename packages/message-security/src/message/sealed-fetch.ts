/** A `fetch` around a `fetch`: seals each request, opens its response, and waits no longer than the timeout. */
import { isMessageError, ResponseMissing, withTracerId } from '../errors.ts';
import type { PrivateKey, PublicKey } from '../keys/key.ts';
import type { KeyRing } from '../keys/key-ring.ts';
import { Mistake } from '../mistake.ts';
import { readResponse } from './body.ts';
import { openRead } from './open.ts';
import { checkOptions, type OpenResponseOptions, type SealOptions } from './options.ts';
import { sealInParts } from './seal.ts';
import { type SendingFetch, sendBy } from './send.ts';

/** Options of `sealedFetch`. */
export interface SealedFetchOptions extends SealOptions, OpenResponseOptions {
  /** The gateway's key: it verifies responses and encrypts requests. */
  publicKey: KeyRing<PublicKey>;
  /** The merchant's own key: it signs requests and decrypts responses. */
  privateKey: KeyRing<PrivateKey>;
  /**
   * Sends the sealed request; `globalThis.fetch` at the time of the call unless given. npm's undici does not accept a
   * `Request` of this runtime, so it is called with URL and init instead.
   */
  fetch?: SendingFetch | undefined;
  /** Time from the call until the response is opened, in milliseconds; 10,000 unless given. */
  timeout?: number | undefined;
}

/**
 * Makes a `fetch` that seals its requests and opens their responses. A response has its body in plain. It keeps its
 * Signature and Encrypt headers, as a record of what was verified.
 *
 * The function rejects with ResponseMissing when no complete response arrives or is opened in time, with the signal's
 * reason when the caller aborts, with a TypeError when `fetch` cannot be called and nothing was sent, and with the
 * errors of `sealRequest` and `openResponse`.
 *
 * @param options - `clientId`, `privateKey` and `publicKey` are required; they are copied
 * @throws TypeError for an option out of form
 * @example
 * ```ts
 * import { RSA_AES, sealedFetch } from '@alipayhk-pass/message-security';
 *
 * const fetchSealed = sealedFetch({ clientId, privateKey, publicKey, encryption: RSA_AES });
 * const response = await fetchSealed(url, { method: 'POST', body: JSON.stringify(update) });
 * console.log(await response.text()); // {"resultInfo":{"resultCode":"SUCCESS","resultStatus":"S"}}
 * ```
 */
export function sealedFetch(
  options: SealedFetchOptions,
): (input: string | URL | Request, init?: ConstructorParameters<typeof Request>[1]) => Promise<Response> {
  options = { ...options }; // one that the caller changes later would be used unchecked
  const { timeout = 10_000, maxBodyBytes } = options;
  checkOptions(options, ['clientId', 'privateKey', 'publicKey']);
  return async (input, init) => {
    const request = new Request(input, init);
    request.signal.throwIfAborted();
    const late = new AbortController();
    // Not AbortSignal.timeout, which does not keep a Node process alive until it fires.
    const timer = setTimeout(
      () => late.abort(new DOMException(`no response within ${timeout} ms`, 'TimeoutError')),
      timeout,
    );
    const signal = AbortSignal.any([request.signal, late.signal]);
    let sealed: Request | undefined; // set when it is about to be sent
    let response: Response | undefined;
    let wire: Uint8Array<ArrayBuffer> | undefined; // set when the body is complete
    try {
      const parts = await unlessAborted(signal, sealInParts(request, options));
      parts.init.signal = signal;
      sealed = new Request(parts.url, parts.init);
      // Looked up at each call: a test may have replaced globalThis.fetch since.
      const sending = sendBy(options.fetch ?? globalThis.fetch, sealed, parts);
      response = await unlessAborted(signal, sending, cancelBody);
      wire = await readResponse(response, maxBodyBytes, signal);
      // An abort comes first: it may have cut the body of an HTTP error, and a remote key may never unwrap.
      return (await unlessAborted(signal, openRead(response, wire, sealed, options))).response;
    } catch (error) {
      if (request.signal.aborted) throw request.signal.reason;
      const { aborted } = late.signal;
      // Without a response, a mistake is about `fetch`, which then has sent nothing.
      const isOwn = !aborted && (!sealed || isMessageError(error) || (error instanceof Mistake && !response));
      // A remote key, a replay guard or a clock of the caller may fail with any error after the request was sent.
      const why = wire ? 'the response could not be opened' : 'no complete response; the connection failed';
      const text = aborted ? `no complete response within ${timeout} ms` : why;
      // The headers may have arrived before the failure, with a tracer id.
      throw withTracerId(isOwn ? error : new ResponseMissing(text, error), response);
    } finally {
      clearTimeout(timer);
    }
  };
}

/** Rejects when the signal aborts, even if `arriving` ignores the signal; a value that arrives later goes to `drop`. */
function unlessAborted<T>(signal: AbortSignal, arriving: Promise<T>, drop?: (late: T) => void): Promise<T> {
  return new Promise((resolve, reject) => {
    const abort = (): void => reject(signal.reason);
    if (signal.aborted) abort();
    signal.addEventListener('abort', abort);
    arriving
      .then((value) => {
        if (signal.aborted) drop?.(value);
        resolve(value);
      })
      .catch(reject)
      .finally(() => signal.removeEventListener('abort', abort));
  });
}

function cancelBody({ body }: Response): void {
  body?.cancel().catch(() => undefined); // a body that is being read cannot be cancelled here
}
