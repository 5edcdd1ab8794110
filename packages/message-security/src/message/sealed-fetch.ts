/** A `fetch` around a `fetch`: seals what goes out, opens what comes back, and waits no longer than the timeout. */
import { isMessageError, ResponseMissing, withTracerId } from '../errors.ts';
import type { PrivateKey, PublicKey } from '../keys/key.ts';
import type { KeyRing } from '../keys/key-ring.ts';
import { readResponse } from './body.ts';
import { openRead } from './open.ts';
import { checkOptions, type OpenResponseOptions, type SealOptions } from './options.ts';
import { sealInParts } from './seal.ts';
import { FetchUnusable, type SendingFetch, sendBy } from './send.ts';

/** What `sealedFetch` takes. */
export interface SealedFetchOptions extends SealOptions, OpenResponseOptions {
  publicKey: KeyRing<PublicKey>;
  privateKey: KeyRing<PrivateKey>;
  /**
   * Carries the sealed request; `globalThis.fetch` at the time of the call unless given. One that takes no `Request` of
   * this runtime (npm's undici) is called with address and init instead.
   */
  fetch?: SendingFetch | undefined;
  /** How long a response may take until it is opened, in milliseconds; 10,000 unless given. */
  timeout?: number | undefined;
}

/**
 * A `fetch` that seals what it sends and opens what it receives. The response keeps its Signature and Encrypt headers,
 * as a record of what was verified; its body is plain.
 *
 * What is returned rejects with ResponseMissing when no complete response arrived or none was opened in time, with the
 * signal's reason when the caller aborted, with a TypeError for a `fetch` that cannot be called, so that nothing was sent,
 * and with whatever `openResponse` throws.
 *
 * @throws TypeError for an option out of form, before anything is sent
 */
export function sealedFetch(
  options: SealedFetchOptions,
): (input: string | URL | Request, init?: ConstructorParameters<typeof Request>[1]) => Promise<Response> {
  const { timeout = 10_000, maxBodyBytes } = options;
  checkOptions(options, ['clientId', 'privateKey', 'publicKey']);
  return async (input, init) => {
    const request = new Request(input, init);
    request.signal.throwIfAborted();
    const late = new AbortController();
    // Not AbortSignal.timeout: that one does not keep a Node process alive until it fires.
    const timer = setTimeout(
      () => late.abort(new DOMException(`no response within ${timeout} ms`, 'TimeoutError')),
      timeout,
    );
    const signal = AbortSignal.any([request.signal, late.signal]);
    let sealed: Request | undefined; // and then sent
    let response: Response | undefined;
    let wire: Uint8Array<ArrayBuffer> | undefined; // once it is complete
    try {
      const parts = await unlessAborted(signal, sealInParts(new Request(request, { signal }), options));
      sealed = new Request(parts.url, parts.init);
      // Looked up now and not when the client was made: a test may have put its own in place since.
      const sending = sendBy(options.fetch ?? globalThis.fetch, sealed, parts);
      response = await unlessAborted(signal, sending, cancelBody);
      wire = await readResponse(response, maxBodyBytes, signal);
      // An abort comes first: the body of an HTTP error may have been cut, and a remote key may never unwrap.
      return (await unlessAborted(signal, openRead(response, wire, sealed, options))).response;
    } catch (error) {
      if (request.signal.aborted) throw request.signal.reason;
      const { aborted } = late.signal;
      const isOwn = !aborted && (!sealed || wire || isMessageError(error) || error instanceof FetchUnusable);
      const text = aborted
        ? `no complete response within ${timeout} ms`
        : 'no complete response; the connection failed';
      // Its headers may have arrived, and with them the tracer id.
      throw withTracerId(isOwn ? error : new ResponseMissing(text, error), response);
    } finally {
      clearTimeout(timer);
    }
  };
}

/** Raced with the signal, which an injected fetch or a remote key may not heed; what comes too late is handed to `drop`. */
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
  body?.cancel().catch(() => undefined); // a body in use is its reader's affair
}
