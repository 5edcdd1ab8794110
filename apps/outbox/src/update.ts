/** From what a caller wrote about a pass to an update that fits AlipayHK's contract. */
import { checkUpdate, type Issue, RequestInvalid, type UpdatePassRequest } from '@alipayhk-pass/api';
import * as v from 'valibot';
import { Refused } from './answer.ts';
import type { Merchant } from './environment.ts';

/** Longest update in bytes, as a body or as a line of a batch. Those seen have less than one thousand. */
export const maxUpdateBytes = 64 * 1024;

/** Longest name of a field, in characters, and most of them in an update: a mailbox remembers the order of each for days. */
const maxNameLength = 128;
const maxNames = 200;

// Ours, beside the fields of the contract: their names there are not public (A27).
const vLoyalty = v.object({
  points: v.optional(v.pipe(v.number(), v.safeInteger(), v.minValue(0))),
  level: v.optional(v.pipe(v.string(), v.nonEmpty())),
});
const expectedLoyalty: Record<string, string> = { points: 'a whole number from 0 on', level: 'text that is not empty' };

/** @throws Refused, JsonInvalid */
export function readJson(bytes: ArrayBuffer | Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes));
  } catch {
    throw new Refused('JsonInvalid', [{ path: '', message: 'JSON in UTF-8' }]);
  }
}

/**
 * The update of a pass. `status` is UPDATE unless given, `points` and `level` go into `dataInfo` under their configured
 * names, and everything else is checked against the contract and passed on as it is. At most 200 fields, and 200 of
 * `dataInfo`, with names of at most 128 characters.
 *
 * @param body - JSON with the passId in it
 * @throws RequestInvalid with the path of every issue
 * @see A27
 */
export function readUpdate(body: unknown, names: Merchant['fieldNames']): UpdatePassRequest {
  if (!isObject(body)) fail({ path: '', message: 'an object' });
  const { points: _points, level: _level, ...fields } = body;
  const { success, output, issues } = v.safeParse(vLoyalty, body);
  if (!success) fail(...issues.map(toIssue));
  const update = checkUpdate({ status: 'UPDATE', updateDetailType: 'UPDATE_MEMBER_CARD', ...fields });
  if (update.passId.length > 256) fail({ path: 'passId', message: 'at most 256 characters' });
  const { dataInfo = {} } = update;
  checkNames('', update);
  checkNames('dataInfo', dataInfo);
  const loyalty = (['points', 'level'] as const)
    .filter((name) => output[name] !== undefined)
    .map((name): [string, unknown] => [names[name], output[name]]);
  const twice = loyalty.map(([name]) => name).filter((name) => Object.hasOwn(dataInfo, name));
  if (twice.length > 0) {
    fail(...twice.map((name) => ({ path: `dataInfo.${name}`, message: 'none: it is given beside dataInfo' })));
  }
  return loyalty.length === 0 ? update : { ...update, dataInfo: { ...dataInfo, ...Object.fromEntries(loyalty) } };
}

/** @throws RequestInvalid */
function checkNames(path: string, fields: object): void {
  const names = Object.keys(fields);
  if (names.length > maxNames) fail({ path, message: `at most ${maxNames} fields` });
  if (names.some((name) => name.length > maxNameLength)) {
    fail({ path, message: `names of at most ${maxNameLength} characters` });
  }
}

/** Puts the passId of the path into a body, which must not name one itself. */
export function withPassId(body: unknown, passId: string): unknown {
  if (!isObject(body)) return body;
  if ('passId' in body) fail({ path: 'passId', message: 'none: the path names the pass' });
  return { ...body, passId };
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function toIssue(issue: v.BaseIssue<unknown>): Issue {
  const path = v.getDotPath(issue) ?? '';
  return { path, message: expectedLoyalty[path] ?? 'another value' };
}

function fail(...issues: Issue[]): never {
  throw new RequestInvalid(issues);
}
