/**
 * Sending by whatever `fetch` there is, and telling a fetch that cannot be called from a connection that failed: after the
 * first nothing was sent, after the second nobody knows.
 */
import { ResponseMissing } from '../errors.ts';
import type { SealedParts } from './seal.ts';

/** A `fetch`: the platform's, a service binding's, a gateway as a function, or npm's undici, which gets address and init. */
export type SendingFetch = (request: Request) => Promise<Response>;

/** A mistake in the option `fetch`, found when it was called; nothing was sent. */
export class FetchUnusable extends TypeError {}

/**
 * Sends a sealed request.
 *
 * @throws FetchUnusable, a TypeError, for a `fetch` that was called without its object; ResponseMissing for one that
 *   rejects, or resolves with something else than a response
 */
export async function sendBy(fetch: SendingFetch, request: Request, { url, init }: SealedParts): Promise<Response> {
  const sending: Promise<unknown> = (async () => fetch(request))();
  const response = await sending
    .catch((error: unknown) => {
      const text = error instanceof Error ? error.message : '';
      // undici reads a Request of another class as text, "[object Request]", which is no address: nothing was sent.
      if (text.includes('Failed to parse URL from [object Request]')) return (fetch as unknown as UrlFetch)(url, init);
      if (!/Illegal invocation|incorrect `this`/.test(text)) throw error;
      throw new FetchUnusable('fetch was called without its object; expected (request) => env.BINDING.fetch(request)');
    })
    .catch((error: unknown) => {
      // Whatever it threw: a gateway as a function may throw errors of this package, about a message of its own.
      if (error instanceof FetchUnusable) throw error;
      throw new ResponseMissing('no complete response; the connection failed', error);
    });
  if (isResponse(response)) return response;
  const received = response === null ? 'null' : typeof response;
  throw new ResponseMissing(`fetch resolved with ${received}; expected a Response`, undefined);
}

type UrlFetch = (url: string, init: SealedParts['init']) => Promise<unknown>;

/** By what is used of it: undici's Response is no instance of the runtime's. */
function isResponse(value: unknown): value is Response {
  const { status, headers } = (value ?? {}) as Partial<Response>;
  return typeof status === 'number' && typeof headers?.get === 'function';
}
