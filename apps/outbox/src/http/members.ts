/** The routes of members: which pass shows a member's points, how many there are, adjustments, and erasure. */
import { RequestInvalid } from '@alipayhk-pass/api';
import { Hono } from 'hono';
import * as v from 'valibot';
import { adjustmentPosting, mostPasses, type Registration } from '../members/member.ts';
import type { MemberView } from '../shard/member-operations.ts';
import { type App, shardsOf } from './app.ts';
import { Refused } from './errors.ts';
import { issuesOfId, vId } from './ids.ts';
import { checkMediaType, readBody, readJson } from './json.ts';
import { maxUpdateBytes, readUpdate } from './update.ts';

const wholeNumber = 'must be a non-negative integer';
const signed = 'must be a whole number that is not 0';
// Its text stands for a field that is missing and for one that is unknown.
const vRegistration = v.strictObject(
  {
    passId: vId,
    merchantId: vId,
    openId: v.optional(vId),
    templateCode: v.optional(vId),
    openingPoints: v.optional(v.pipe(v.number(wholeNumber), v.safeInteger(wholeNumber), v.minValue(0, wholeNumber))),
  },
  'must be an object of passId, merchantId and, optionally, openId, templateCode and openingPoints',
);
const vAdjustment = v.strictObject(
  {
    id: vId,
    points: v.pipe(
      v.number(signed),
      v.safeInteger(signed),
      v.check((points) => points !== 0, signed),
    ),
  },
  'must be an object of id and points',
);

/**
 * Registers a member; durable once it has settled.
 *
 * @throws RequestInvalid for ids that an update of the pass could not bear, and for too many points
 * @throws Refused for too many passes, and for fewer than 0 points
 */
export async function registerMember(env: Env, userId: string, registration: Registration): Promise<MemberView> {
  checkUserId(userId);
  if (registration.pass) readUpdate({ ...registration.pass, userId }, { points: [], level: [] });
  const view = await shardsOf(env).of(userId, 'register', userId, registration);
  if (view === 'MemberFull') {
    throw new Refused(view, [
      {
        path: 'passId',
        message: `would be one more than ${mostPasses} passes of this member; closed ones leave after 35 days`,
      },
    ]);
  }
  if (view === 'PointsOverflowing') throw invalid('openingPoints', 'must leave a total that is a safe integer');
  if (view === 'PointsInsufficient') throw insufficient('openingPoints');
  return view;
}

export const members = new Hono<App>()
  .put('/:userId', async (c) => {
    checkMediaType(c.req.raw.headers, ['application/json']);
    const { openingPoints, ...pass } = read(vRegistration, readJson(await readBody(c.req.raw, maxUpdateBytes)));
    return c.json(await registerMember(c.env, c.req.param('userId'), { pass, openingPoints }));
  })
  .get('/:userId', async (c) => {
    const userId = c.req.param('userId');
    const view = await shardsOf(c.env).of(userId, 'readMember', userId);
    if (view === undefined) throw notFound();
    return c.json(view);
  })
  .post('/:userId/adjustments', async (c) => {
    const userId = c.req.param('userId');
    checkUserId(userId);
    checkMediaType(c.req.raw.headers, ['application/json']);
    const { id, points } = read(vAdjustment, readJson(await readBody(c.req.raw, maxUpdateBytes)));
    const shards = shardsOf(c.env);
    const result = await shards.of(userId, 'post', userId, adjustmentPosting(id, points));
    if (result === 'PointsOverflowing') throw invalid('points', 'must leave a total that is a safe integer');
    if (result === 'PointsInsufficient') throw insufficient('points');
    if (result === 'conflicting') {
      throw new Refused('AdjustmentConflicting', [{ path: 'id', message: 'was used for other points' }]);
    }
    const member = await shards.of(userId, 'readMember', userId);
    return c.json({ result, member });
  })
  .delete('/:userId', async (c) => {
    const userId = c.req.param('userId');
    const shards = shardsOf(c.env);
    const passIds = await shards.of(userId, 'eraseMember', userId);
    const erased = await shards.all('erasePasses', userId, passIds ?? []);
    await shards.of(userId, 'forgetPasses', userId, passIds ?? []);
    const passes = erased.reduce((sum, each) => sum + each, 0);
    if (passIds === undefined && passes === 0) throw notFound();
    return c.json({ userId, passes });
  });

/** @throws RequestInvalid with every issue */
function read<T>(schema: v.GenericSchema<unknown, T>, body: unknown): T {
  const { success, output, issues } = v.safeParse(schema, body);
  if (success) return output;
  throw new RequestInvalid(issues.map((issue) => ({ path: v.getDotPath(issue) ?? '', message: issue.message })));
}

/** @throws RequestInvalid */
function checkUserId(userId: string): void {
  const issues = issuesOfId('userId', userId);
  if (issues.length > 0) throw new RequestInvalid(issues);
}

function invalid(path: string, message: string): RequestInvalid {
  return new RequestInvalid([{ path, message }]);
}

function insufficient(path: string): Refused {
  return new Refused('PointsInsufficient', [{ path, message: 'leaves fewer than 0 points' }]);
}

function notFound(): Refused {
  return new Refused('MemberNotFound', [{ path: 'userId', message: 'names an unknown member' }]);
}
