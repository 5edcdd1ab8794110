/**
 * Who may use the admin API. On the machine itself: whoever says in Sec-Fetch-Site that no other page asks. Browsers alone
 * write that header, scripts cannot, and after DNS rebinding (plain HTTP under another name) browsers leave it out. The
 * host name proves less: wrangler's proxy lets a caller put another in its place.
 */
import type { MiddlewareHandler } from 'hono';
import { Refused } from './errors.ts';

/** Who may use the admin API; nobody if neither is given. */
export interface Access {
  /** Whoever sends this text as a bearer token. */
  token?: string | undefined;
  /** `loopback`: whoever asks under a name of this machine, without a token. Other users of the machine are among them. */
  open?: 'loopback' | undefined;
}

const loopback = ['127.0.0.1', 'localhost', '[::1]'];

/** Lets a request pass, or refuses it: 404 where there is no admin API, 401, 403, 415. */
export function allow({ token, open }: Access): MiddlewareHandler {
  return async ({ req }, next) => {
    const url = new URL(req.url);
    const isOpen = open === 'loopback' && loopback.includes(url.hostname);
    if (!isOpen) {
      if (!token) throw new Refused('RouteNotFound', 'no such route: no token is configured');
      const [, given = ''] = /^Bearer (.+)$/i.exec(req.header('Authorization') ?? '') ?? [];
      if (!(await isEqual(given, token))) {
        const message = 'is missing or wrong; expected Bearer and the token';
        throw new Refused('Unauthorized', [{ path: 'Authorization', message }]);
      }
    }
    // Where a token was given no page can have forged the request: a client that is no browser may leave the header out.
    const site = req.header('Sec-Fetch-Site') ?? (isOpen ? 'missing' : 'none');
    if (!['same-origin', 'none'].includes(site)) {
      const message = 'is missing or names another origin; expected none, or same-origin from the page';
      throw new Refused('Forbidden', [{ path: 'Sec-Fetch-Site', message }]);
    }
    if ((req.header('Origin') ?? url.origin) !== url.origin) {
      throw new Refused('Forbidden', [{ path: 'Origin', message: 'is not the origin of the sandbox' }]);
    }
    const type = req.header('Content-Type');
    if (type !== undefined && !/^application\/json *(; *charset="?utf-8"? *)?$/i.test(type)) throw notJson();
    await next();
  };
}

/** The refusal of a body that is not sent as JSON. */
export const notJson = (): Refused =>
  new Refused('MediaTypeNotSupported', [{ path: 'Content-Type', message: 'must be application/json in UTF-8' }]);

/** Takes the same time wherever the two differ, and whatever their lengths: digests are compared. */
async function isEqual(one: string, other: string): Promise<boolean> {
  const digest = async (text: string) =>
    new Uint8Array(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text)));
  const [left, right] = [await digest(one), await digest(other)];
  return left.reduce((difference, byte, index) => difference | (byte ^ (right[index] ?? 0)), 0) === 0;
}
