/** The routes of a member: which pass shows a user's points, and how many there are. */
import { RequestInvalid } from '@alipayhk-pass/api';
import { Hono } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import * as v from 'valibot';
import { Refused } from './answer.ts';
import type { App, Env } from './env.ts';
import type { Member, MemberView, Registration } from './member.ts';
import { checkMediaType } from './passes.ts';
import { maxUpdateBytes, readJson, readUpdate } from './update.ts';

/** Longest id in characters: it names an object or a row. Those seen have at most 32. */
export const longestId = 256;

const id = v.pipe(v.string('text'), v.nonEmpty('text that is not empty'));
const wholeNumber = 'a whole number from 0 on';
// Its text stands for a field that is missing and for one that is none.
const vRegistration = v.strictObject(
  {
    passId: id,
    merchantId: id,
    openId: v.optional(id),
    templateCode: v.optional(id),
    openingPoints: v.optional(v.pipe(v.number(wholeNumber), v.safeInteger(wholeNumber), v.minValue(0, wholeNumber))),
  },
  'an object of passId, merchantId and, optionally, openId, templateCode and openingPoints',
);

/** The object of one user. */
export function memberOf(env: Env, userId: string): DurableObjectStub<Member> {
  return env.MEMBER.getByName(userId);
}

/**
 * Registers a member; durable once it has settled.
 *
 * @throws RequestInvalid for ids that an update of the pass could not bear, and for too many points
 */
export async function registerMember(env: Env, userId: string, registration: Registration): Promise<MemberView> {
  if (userId.length > longestId) throw invalid('userId', `at most ${longestId} characters`);
  if (registration.pass) readUpdate({ ...registration.pass, userId }, { points: 'points', level: 'level' });
  const view = await memberOf(env, userId).register(userId, registration);
  if (view === undefined) throw invalid('openingPoints', 'a total that is a safe integer');
  return view;
}

export const members = new Hono<App>()
  .put(
    '/:userId',
    bodyLimit({
      maxSize: maxUpdateBytes,
      onError: () => {
        throw new Refused('ContentTooLarge', [{ path: '', message: `at most ${maxUpdateBytes} bytes` }]);
      },
    }),
    async (c) => {
      checkMediaType(c.req.header('Content-Type'));
      const { success, output, issues } = v.safeParse(vRegistration, readJson(await c.req.arrayBuffer()));
      if (!success) {
        throw new RequestInvalid(issues.map((issue) => ({ path: v.getDotPath(issue) ?? '', message: issue.message })));
      }
      const { openingPoints, ...pass } = output;
      return c.json(await registerMember(c.env, c.req.param('userId'), { pass, openingPoints }));
    },
  )
  .get('/:userId', async (c) => {
    const view = await memberOf(c.env, c.req.param('userId')).read();
    if (view === undefined) throw new Refused('MemberNotFound', [{ path: 'userId', message: 'a user who is known' }]);
    return c.json(view);
  });

function invalid(path: string, expected: string): RequestInvalid {
  return new RequestInvalid([{ path, message: expected }]);
}
