/**
 * Sends a request through any kind of `fetch`. A `fetch` that cannot be called has sent nothing; after a connection that
 * failed, the request may have taken effect. The two get different errors.
 */
import { ResponseMissing } from '../errors.ts';
import { Mistake } from '../mistake.ts';
import type { SealedParts } from './seal.ts';

/** A `fetch`: the runtime's, that of a service binding, a gateway, or npm's undici, which is called with URL and init. */
export type SendingFetch = (request: Request) => Promise<Response>;

/**
 * Sends a sealed request.
 *
 * @param request - the request
 * @param parts - the same request as URL and init
 * @throws TypeError for a `fetch` that lacks its object; ResponseMissing when it rejects or resolves with something
 *   other than a response
 */
export async function sendBy(fetch: SendingFetch, request: Request, { url, init }: SealedParts): Promise<Response> {
  const sending: Promise<unknown> = (async () => fetch(request))();
  const response = await sending
    .catch((error: unknown) => {
      const text = error instanceof Error ? error.message : '';
      // undici converts a Request of another class to the text "[object Request]" and parses it as a URL: nothing was
      // sent.
      if (text.includes('Failed to parse URL from [object Request]')) return (fetch as unknown as UrlFetch)(url, init);
      if (!/Illegal invocation|incorrect `this`/.test(text)) throw error;
      throw new Mistake('fetch was called without its object; expected (request) => env.BINDING.fetch(request)');
    })
    .catch((error: unknown) => {
      // Also for a MessageError: when `fetch` is a gateway in this process, it is about the gateway's message.
      if (error instanceof Mistake) throw error;
      throw new ResponseMissing('no complete response; the connection failed', error);
    });
  if (isResponse(response)) return response;
  const received = response === null ? 'null' : typeof response;
  throw new ResponseMissing(`fetch resolved with ${received}; expected a Response`, undefined);
}

type UrlFetch = (url: string, init: SealedParts['init']) => Promise<unknown>;

/** Checks the members that are used: undici's Response is not an instance of the runtime's. */
function isResponse(value: unknown): value is Response {
  const { status, headers } = (value ?? {}) as Partial<Response>;
  return typeof status === 'number' && typeof headers?.get === 'function';
}
