/**
 * The admin API of the sandbox: what AlipayHK's createPass and a look at the card would be. For tests and the demo; open
 * to whoever bears SANDBOX_TOKEN, and absent when that is not set.
 */
import { Hono } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import * as v from 'valibot';
import type { Env } from './env.ts';
import { createPass, readPass } from './passes.ts';

const vText = v.pipe(v.string('text'), v.nonEmpty('text that is not empty'));

const vNewPass = v.pipe(
  v.strictObject(
    {
      passId: vText,
      clientId: v.pipe(vText, v.regex(/^[\w-]+$/, 'letters, digits, dash or underscore')),
      merchantId: v.pipe(vText, v.maxLength(64, 'at most 64 characters')),
      userId: v.optional(vText),
      openId: v.optional(vText),
      templateCode: v.optional(vText),
    },
    ({ expected }) =>
      expected === 'Object' ? 'a JSON object' : expected === 'never' ? 'no such field' : 'a value, received none',
  ),
  v.check(({ userId, openId }) => userId !== undefined || openId !== undefined, 'userId or openId'),
);

/** The routes under `/sandbox`. */
export const sandbox = new Hono<{ Bindings: Env }>()
  .use(async ({ env: { SANDBOX_TOKEN }, req, json }, next) => {
    if (!SANDBOX_TOKEN) return json({ error: 'expected a SANDBOX_TOKEN to be configured' }, 404);
    const [, token = ''] = /^Bearer (.+)$/i.exec(req.header('Authorization') ?? '') ?? [];
    if (await isEqual(token, SANDBOX_TOKEN)) return next();
    const error = 'Authorization: expected Bearer and the SANDBOX_TOKEN';
    return json({ error }, 401, { 'WWW-Authenticate': 'Bearer' });
  })
  .post(
    '/passes',
    bodyLimit({ maxSize: 65_536, onError: ({ json }) => json({ error: 'body: expected at most 65536 bytes' }, 413) }),
    async ({ env, req, json }) => {
      const body: unknown = await req.json().catch(() => undefined);
      const { success, output, issues } = v.safeParse(vNewPass, body);
      if (!success) return json({ error: 'the body is not a new pass', issues: issues.map(toIssue) }, 400);
      if (await createPass(env.DB, output)) return json(await readPass(env.DB, output.passId), 201);
      return json({ error: 'passId: expected one that is not taken' }, 409);
    },
  )
  .get('/passes/:passId', async ({ env, req, json }) => {
    const pass = await readPass(env.DB, req.param('passId'));
    return pass === undefined ? json({ error: 'passId: expected the one of a pass' }, 404) : json(pass);
  })
  // Else it would be the gateway that answers.
  .all('*', ({ json }) => json({ error: 'expected POST /sandbox/passes or GET /sandbox/passes/:passId' }, 404));

/** In the form of `Issue` of update-pass: where, and what was expected there. */
function toIssue(issue: v.BaseIssue<unknown>): { path: string; expected: string } {
  return { path: v.getDotPath(issue) ?? '', expected: issue.message };
}

/** In the same time wherever the two differ, and whatever their lengths: digests are compared. */
async function isEqual(one: string, other: string): Promise<boolean> {
  const digest = (text: string) => crypto.subtle.digest('SHA-256', new TextEncoder().encode(text));
  return crypto.subtle.timingSafeEqual(await digest(one), await digest(other));
}
