/**
 * Bodies of both ends: from the bytes that were verified to JSON that fits the contract, or to issues with their paths.
 */
import { DecryptionFailed, printable } from '@alipayhk-pass/message-security';
import * as v from 'valibot';
import type { Issue } from './errors.ts';
import type { paths } from './generated/types.ts';

/** The operation's path; signed with every message. */
export const updatePassPath = '/api/open/alipay/v1/ipass/pass/manage/updatePass' satisfies keyof paths;

/** Whether a message is encrypted; an empty header counts as absent, as everywhere. */
export const isEncrypted = ({ headers }: Pick<Request, 'headers'>): boolean => Boolean(headers.get('Encrypt'));

/** A checked value, or why there is none. */
export type Checked<T> = { value: T; issues?: undefined } | { value?: undefined; issues: Issue[] };

/**
 * JSON of a body; a byte-order mark before it is ignored (RFC 8259 §8.1).
 *
 * @param tracerId - of a reply: its error has it, wherever it comes from
 * @throws DecryptionFailed for an encrypted body that holds no JSON: a wrong key whose padding happened to fit must
 *   look like every other wrong key
 */
export function readJson(body: ArrayBuffer, encrypted: boolean, tracerId?: string): Checked<unknown> {
  try {
    return { value: JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body)) };
  } catch {
    if (encrypted) throw Object.assign(new DecryptionFailed(), tracerId && { tracerId });
    return { issues: [{ path: '', message: 'is not JSON in UTF-8' }] };
  }
}

/** What a reply says of its outcome, under either of the names that AlipayHK's pages give it: `resultInfo` or `result`. */
export function withResultInfo(value: unknown): unknown {
  const isAlias = typeof value === 'object' && value !== null && 'result' in value && !('resultInfo' in value);
  return isAlias ? { ...value, resultInfo: value.result } : value;
}

/**
 * The value as it was given, if it fits the schema: what is sent is what the caller wrote, unknown fields included.
 *
 * @see {@link https://github.com/alipayhk-pass/alipayhk-pass/blob/main/spec/ASSUMPTIONS.md#a25 A25}
 */
export function check<T>(schema: v.GenericSchema<unknown, T>, value: unknown): Checked<T> {
  if (isDeeper(value, 64)) return { issues: [{ path: '', message: 'nests deeper than 64 levels' }] };
  const { success, output, issues } = v.safeParse(schema, value);
  if (!success) return { issues: issues.map(toIssue) };
  const lists = listsForObjects(output, value);
  return lists.length > 0 ? { issues: lists } : { value: value as T };
}

/** Before anything recurses into it: a body of a few kilobytes can nest deep enough to exhaust the stack. */
function isDeeper(value: unknown, levels: number): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return levels === 0 || Object.values(value).some((child) => isDeeper(child, levels - 1));
}

const pathOf = ({ path }: Pick<v.BaseIssue<unknown>, 'path'>): string =>
  printable(path?.map(({ key }) => key).join('.') ?? '', 256);

function toIssue(issue: v.BaseIssue<unknown>): Issue {
  const path = pathOf(issue);
  // A union none of whose branches fits: name what each of them asks for ("userId or openId").
  const names = issue.issues?.map(pathOf).filter((name) => name !== '');
  if (names?.length) return { path, message: `has no ${[...new Set(names)].join(' or ')}` };
  if (issue.kind === 'schema' && issue.received === 'undefined') return { path, message: 'is missing' };
  return { path, message: predicateOf(issue) };
}

/** What must hold, as a sentence about the field. */
function predicateOf({ type, requirement, expected }: v.BaseIssue<unknown>): string {
  if (type === 'min_length' && requirement === 1) return 'must not be empty';
  if (type === 'min_length') return `must have at least ${requirement} characters`;
  if (type === 'max_length') return `must have at most ${requirement} characters`;
  if (type === 'min_value') return `must be at least ${requirement}`;
  if (type === 'max_value') return `must be at most ${requirement}`;
  if (type === 'integer') return 'must be an integer';
  const choices = (expected ?? 'another value').replace(/^\((.*)\)$/, '$1').replaceAll(' | ', ' or ');
  return `must be ${/^[a-z]+$/i.test(choices) ? `${/^[aeiou]/i.test(choices) ? 'an' : 'a'} ${choices.toLowerCase()}` : choices}`;
}

/** valibot takes a list where the contract says object, and turns it into one; the contract and the types do not. */
function listsForObjects(output: unknown, value: unknown, path = ''): Issue[] {
  if (typeof output !== 'object' || output === null || Array.isArray(output)) return [];
  if (Array.isArray(value)) return [{ path, message: 'is a list; expected an object' }];
  return Object.entries(output).flatMap(([name, child]) =>
    listsForObjects(child, (value as Record<string, unknown>)[name], path === '' ? name : `${path}.${name}`),
  );
}
