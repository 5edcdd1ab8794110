/** From what a caller wrote about a pass to an update that fits AlipayHK's contract. */
import { checkUpdate, type Issue, RequestInvalid, type UpdatePassRequest } from '@alipayhk-pass/api';
import type { FieldName, FieldNames } from '../config/field-names.ts';
import { issuesOfId } from './ids.ts';

/** Longest update in bytes, as a body or as a line of a batch. Those seen have less than one thousand. */
export const maxUpdateBytes = 64 * 1024;

/** Longest name of a field, in characters, and most of them in an update: a pass remembers the time of each for a day. */
const maxNameLength = 128;
const maxNames = 200;

/** The names of the contract. */
const contract = new Set([
  ...['merchantId', 'userId', 'openId', 'templateCode', 'passId'],
  ...['status', 'updateDetailType', 'endDate', 'dataInfo', 'codeInfo'],
]);

/** An update, and its top-level fields that the contract does not know. They are sent as they are. */
export interface ReadUpdate {
  update: UpdatePassRequest;
  unknownFields: string[];
}

/**
 * The update of a pass. `status` is UPDATE unless given, `points` and `level` go into `dataInfo` under their configured
 * names, and everything else is checked against the contract and passed on as it is.
 *
 * @param body - JSON with the passId in it
 * @throws RequestInvalid with the path of every issue
 * @see A27
 */
export function readUpdate(body: unknown, names: FieldNames): ReadUpdate {
  if (!isObject(body)) throw new RequestInvalid([{ path: '', message: 'must be an object' }]);
  const { points, level, ...given } = body;
  const issues: Issue[] = [];
  const loyalty = [...readPoints(points, names.points, issues), ...readLevel(level, names.level, issues)];
  const asked: Record<string, unknown> = { status: 'UPDATE', updateDetailType: 'UPDATE_MEMBER_CARD', ...given };
  const update = checked(asked, issues);
  // The contract refuses an empty one already.
  if (typeof asked.passId === 'string' && asked.passId !== '') issues.push(...issuesOfId('passId', asked.passId));
  const dataInfo = isObject(asked.dataInfo) ? asked.dataInfo : {};
  checkNames('', asked, issues);
  checkNames('dataInfo', dataInfo, issues);
  for (const [name] of loyalty) {
    if (Object.hasOwn(dataInfo, name)) {
      issues.push({ path: `dataInfo.${name}`, message: 'is also given as top-level points or level' });
    }
  }
  if (update === undefined || issues.length > 0) throw new RequestInvalid(issues);
  const unknownFields = Object.keys(given).filter((name) => !contract.has(name));
  if (loyalty.length === 0) return { update, unknownFields };
  return { update: { ...update, dataInfo: { ...dataInfo, ...Object.fromEntries(loyalty) } }, unknownFields };
}

/** The value as an update; `undefined` with its issues if it is none. */
function checked(value: unknown, issues: Issue[]): UpdatePassRequest | undefined {
  try {
    return checkUpdate(value);
  } catch (error) {
    if (!(error instanceof RequestInvalid)) throw error;
    issues.push(...error.issues);
    return undefined;
  }
}

type Loyalty = [name: string, value: string | number][];

function readPoints(points: unknown, fields: readonly FieldName[], issues: Issue[]): Loyalty {
  if (points === undefined) return [];
  if (!Number.isSafeInteger(points) || (points as number) < 0) {
    issues.push({ path: 'points', message: 'must be a non-negative integer' });
    return [];
  }
  return fields.map(({ name, form }) => [name, form === 'text' ? `${points}` : (points as number)]);
}

/** A level is one text for every field, or an object with the part of each. */
function readLevel(level: unknown, fields: readonly FieldName[], issues: Issue[]): Loyalty {
  if (level === undefined) return [];
  const read: Loyalty = [];
  for (const { name, form, part } of fields) {
    const value = isObject(level) && part !== undefined ? level[part] : level;
    const path = isObject(level) && part !== undefined ? `level.${part}` : 'level';
    const number = Number(value);
    if (typeof value !== 'string' || value === '') issues.push({ path, message: 'must be text that is not empty' });
    else if (form === 'text') read.push([name, value]);
    else if (Number.isSafeInteger(number)) read.push([name, number]);
    else issues.push({ path, message: 'must be an integer in digits' });
  }
  if (isObject(level)) {
    const parts = new Set(fields.map(({ part }) => part));
    for (const part of Object.keys(level).filter((each) => !parts.has(each))) {
      issues.push({ path: `level.${part}`, message: 'is not a part that LEVEL_FIELDS has' });
    }
  }
  return read;
}

function checkNames(path: string, fields: object, issues: Issue[]): void {
  const names = Object.keys(fields);
  if (names.length > maxNames) issues.push({ path, message: `must have at most ${maxNames} fields` });
  if (names.some((name) => name.length > maxNameLength)) {
    issues.push({ path, message: `has a name of more than ${maxNameLength} characters` });
  }
}

/** Puts the passId of the path into a body, which must not name one itself. @throws RequestInvalid */
export function withPassId(body: unknown, passId: string): unknown {
  if (!isObject(body)) return body;
  if ('passId' in body)
    throw new RequestInvalid([{ path: 'passId', message: 'must not be in the body; the path names the pass' }]);
  return { ...body, passId };
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
