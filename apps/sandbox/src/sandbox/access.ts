/**
 * Who may use the admin API. On the machine itself whoever says in Sec-Fetch-Site that no other page asks: browsers alone
 * write that header, no script can, and after DNS rebinding (plain HTTP under another name) they leave it out. The name
 * asked for proves less: wrangler's proxy lets a caller put any other in its place.
 */
import type { MiddlewareHandler } from 'hono';
import type { Env } from '../env.ts';
import { Refused } from './answer.ts';

const loopback = ['127.0.0.1', 'localhost', '[::1]'];

/** Lets a request pass, or refuses it: 404 where there is no admin API, 401, 403, 415. */
export const access: MiddlewareHandler<{ Bindings: Env }> = async ({ env, req }, next) => {
  const url = new URL(req.url);
  const isOpen = env.SANDBOX_OPEN === 'loopback' && loopback.includes(url.hostname);
  if (!isOpen) {
    if (!env.SANDBOX_TOKEN)
      throw new Refused('RouteNotFound', [{ path: 'route', expected: 'a configured SANDBOX_TOKEN' }]);
    const [, token = ''] = /^Bearer (.+)$/i.exec(req.header('Authorization') ?? '') ?? [];
    if (!(await isEqual(token, env.SANDBOX_TOKEN))) {
      throw new Refused('Unauthorized', [{ path: 'Authorization', expected: 'Bearer and the SANDBOX_TOKEN' }]);
    }
  }
  // Where a token was given no page can have forged it: a client that is no browser may leave the header out.
  const site = req.header('Sec-Fetch-Site') ?? (isOpen ? 'missing' : 'none');
  if (!['same-origin', 'none'].includes(site)) {
    throw new Refused('Forbidden', [{ path: 'Sec-Fetch-Site', expected: 'none, or same-origin from a page' }]);
  }
  if ((req.header('Origin') ?? url.origin) !== url.origin) {
    throw new Refused('Forbidden', [{ path: 'Origin', expected: 'the sandbox’s own' }]);
  }
  const type = req.header('Content-Type');
  if (type !== undefined && !/^application\/json *(; *charset="?utf-8"? *)?$/i.test(type)) {
    throw new Refused('MediaTypeNotSupported', [{ path: 'Content-Type', expected: 'application/json in UTF-8' }]);
  }
  await next();
};

/** In the same time wherever the two differ, and whatever their lengths: digests are compared. */
async function isEqual(one: string, other: string): Promise<boolean> {
  const digest = (text: string) => crypto.subtle.digest('SHA-256', new TextEncoder().encode(text));
  return crypto.subtle.timingSafeEqual(await digest(one), await digest(other));
}
