/** A `fetch` around a `fetch`: seals what goes out, opens what comes back, and waits no longer than it was told to. */
import { readResponse } from './body.ts';
import { BodyTooLarge, ResponseMissing } from './errors.ts';
import type { KeyRing, PrivateKey, PublicKey } from './key.ts';
import { openRead, sealRequest } from './message.ts';
import { checkOptions, type OpenOptions, type SealOptions } from './options.ts';

/** What `sealedFetch` takes. */
export interface SealedFetchOptions extends SealOptions, OpenOptions {
  publicKey: KeyRing<PublicKey>;
  privateKey: KeyRing<PrivateKey>;
  /** Carries the sealed request; `globalThis.fetch` unless given. */
  fetch?: ((request: Request) => Promise<Response>) | undefined;
  /** How long a complete response may take, in milliseconds; 10,000 unless given. */
  timeout?: number | undefined;
}

/**
 * A `fetch` that seals what it sends and opens what it receives. The response keeps its Signature and Encrypt headers,
 * as a record of what was verified; its body is plain.
 *
 * What is returned rejects with ResponseMissing when no complete response arrived, with the signal's reason when the
 * caller aborted, and with whatever `openResponse` throws.
 *
 * @throws TypeError for an option out of form, before anything is sent
 */
export function sealedFetch(
  options: SealedFetchOptions,
): (input: RequestInfo | URL, init?: RequestInit) => Promise<Response> {
  const { fetch = globalThis.fetch, timeout = 10_000 } = options;
  checkOptions(options, ['clientId', 'privateKey', 'publicKey']);
  return async (input, init) => {
    const request = new Request(input, init);
    request.signal.throwIfAborted();
    const late = AbortSignal.timeout(timeout);
    const signal = AbortSignal.any([request.signal, late]);
    const sealed = await sealRequest(new Request(request, { signal }), options);
    let response: Response;
    let wire: Uint8Array<ArrayBuffer>;
    try {
      // Raced, because an injected fetch may not heed the signal.
      response = await unlessAborted(signal, () => fetch(sealed));
      wire = await unlessAborted(signal, () => readResponse(response, options.maxBodyBytes));
    } catch (cause) {
      if (cause instanceof BodyTooLarge) throw cause;
      if (request.signal.aborted) throw request.signal.reason;
      throw new ResponseMissing(late.aborted ? `within ${timeout} ms` : 'the connection failed', cause);
    }
    return (await openRead(response, wire, sealed, options)).response;
  };
}

function unlessAborted<T>(signal: AbortSignal, run: () => Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) return reject(signal.reason);
    const abort = (): void => reject(signal.reason);
    signal.addEventListener('abort', abort, { once: true });
    run()
      .then(resolve, reject)
      .finally(() => signal.removeEventListener('abort', abort));
  });
}
